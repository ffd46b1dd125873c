"""Houses, enterprises, cameras and centres of the village: a few of each at every turn.

One camera turns with each turn. And what is noted: an event whose title says what was committed
before it, so that whoever hears of it knows what there has to be, however long ago it was written.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import psycopg

from gis_gov.geo.tile import tile_at
from tests.live.village import LAT, MARK_LON, Village

THINGS = ("houses", "enterprises", "cameras", "centres")
A_TURN = 3
"""How many of each come at a turn."""
CAMERA, NOTED = "village-camera", "village-noted"
CAMERA_TILE = tile_at(MARK_LON, LAT, 16)
_BOX = CAMERA_TILE.bounds()
CAMERA_LON = round((_BOX.west + _BOX.east) / 2, 7)
CAMERA_LAT = round((_BOX.south + _BOX.north) / 2, 7)
RANGE_M = 150
FIRST: Any = f"""
    select setval(pg_get_serial_sequence('house', 'id'), 2000),
        setval(pg_get_serial_sequence('enterprise', 'id'), 2000);
    insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom)
    values ('{CAMERA}', 'camera', '0', 0, 60, {RANGE_M},
        st_point({CAMERA_LON}, {CAMERA_LAT}, 4490));
    insert into event (code, title, reported_at, geom)
    values ('{NOTED}', '{{}}', now(), st_point(114.02, 22.02, 4490));
"""  # noqa: S608 - codes of this module
ADD: tuple[Any, ...] = (
    """
    insert into house (code, kind, address_id)
    select 'village-' || %(turn)s || '-' || n, 'building', 1001 + (%(turn)s * 7 + n) %% 40
    from generate_series(1, 3) as n
    """,
    """
    insert into enterprise (code, name, address_id)
    select 'village-' || %(turn)s || '-' || n, '店', 1001 + (%(turn)s * 11 + n) %% 40
    from generate_series(1, 3) as n
    """,
    """
    insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom)
    select
        'village-' || k.kind || '-' || %(turn)s || '-' || n, k.kind, '物', n * 90, 60, 100,
        st_point(114.001 + (%(turn)s * 13 + n * 29) %% 98 * 0.001, 22.01 + n * 0.02, 4490)
    from generate_series(1, 3) as n
    cross join (values ('camera'), ('centre')) as k (kind)
    """,
    """
    update resource set azimuth_deg = %(azimuth)s, name = %(turn)s::text
    where code = 'village-camera'
    """,
)
GONE = (
    "delete from house where code like 'village-%'",
    "delete from enterprise where code like 'village-%'",
)
NOTE = "update event set title = %s where code = 'village-noted'"


def azimuth_of(turn: int) -> int:
    """Return where the camera looks after so many turns."""
    return turn * 37 % 360


def add_things(village: Village) -> None:
    """Add a few of each, and turn the camera, all in one transaction."""
    with psycopg.connect(village.servers.url, autocommit=True) as conn:
        while village.goes_on():

            def add(turn: int) -> None:
                with conn.transaction():
                    for statement in ADD:
                        conn.execute(statement, {"turn": turn, "azimuth": azimuth_of(turn)})

            village.things.take(add)
            time.sleep(0.2)


def note(village: Village) -> None:
    """Note again and again what is committed by then."""
    with psycopg.connect(village.servers.url, autocommit=True) as conn:
        while village.goes_on():
            conn.execute(NOTE, [json.dumps(village.done())])
            time.sleep(0.1)


def noted(title: str) -> Mapping[str, int]:
    """Read what was noted: how many turns of each thing were committed before."""
    return json.loads(title)
