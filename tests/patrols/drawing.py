"""What a tile draws of tracks, by kept lines and by fixes alone."""

import itertools
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final, LiteralString, TypeVar

import mapbox_vector_tile
import numpy as np
import psycopg
import shapely
from psycopg import sql

from gis_gov.geo.tile import tile_at
from tests.patrols.tracks import DAY, SOUTH, WEST

Drawn = TypeVar("Drawn")
ALL: Final = {"all": True}
SPAN_S: Final = 3 * 3600
WINDOWS_S: Final = ((0, SPAN_S), (1234.5, 9000.25), (3600, 7200), (4000, 4300), (3700, 3750))
NOTHING_KEPT: LiteralString = """
    delete from track_line;
    delete from track_part;
    delete from track_area;
    delete from track_due;
    insert into track_due (device, hour_at, since, geom)
    select device, track_hour(time), track_hour(time), geom
    from position where worker_id is not null;
"""


def walks(seed: int) -> list[tuple[str, float, int, float, float]]:
    """Some 600 fixes of three devices in three hours, with gaps, leaps and equal places."""
    chance = np.random.default_rng(seed)
    fixes = list[tuple[str, float, int, float, float]]()
    for device in "ABC":
        at_s, lon, lat = chance.uniform(0, 300), WEST + 0.02, SOUTH + 0.02
        while at_s < SPAN_S:
            worker = 2 if device == "C" and at_s > SPAN_S / 2 else 1
            fixes.append((device, round(at_s, 3), worker, round(lon, 7), round(lat, 7)))
            at_s += float(chance.choice([1, 10, 20, 60, 400], p=[0.1, 0.2, 0.4, 0.27, 0.03]))
            step = chance.choice([0, 0.0003, 0.012], p=[0.1, 0.88, 0.02])
            lon, lat = (
                float(np.clip(place + chance.normal(0, step), low, low + 0.04))
                for place, low in ((lon, WEST), (lat, SOUTH))
            )
    return fixes


def features_of(
    conn: psycopg.Connection[Any], zoom: int, since_s: float, until_s: float
) -> list[dict[str, Any]]:
    tile = tile_at(WEST + 0.02, SOUTH + 0.02, zoom)
    since, until = (DAY + timedelta(seconds=each) for each in (since_s, until_s))
    query = json.dumps({"since": since.isoformat(), "until": until.isoformat()})
    row = conn.execute(
        "select tile_tracks(%s, %s, %s, %s)", [tile.z, tile.x, tile.y, query]
    ).fetchone()
    assert row is not None
    layers = mapbox_vector_tile.decode(row[0])
    return layers["tracks"]["features"] if layers else []


def drawn(
    conn: psycopg.Connection[Any], zoom: int, since_s: float, until_s: float
) -> list[tuple[str, str]]:
    """Return what a tile draws; without ids where a line is cut, as a kept one has its own."""
    are_whole = since_s % 3600 == until_s % 3600 == 0
    return sorted(
        (str(each["geometry"]), str((each["properties"], are_whole and each["id"])))
        for each in features_of(conn, zoom, since_s, until_s)
    )


def by_fixes_alone(
    draw: Callable[[], Drawn], conn: psycopg.Connection[Any], known: LiteralString = "true"
) -> Drawn:
    """Draw as if there were no other fixes that count, nothing kept, and the viewer knew all."""
    conn.execute("reset role")
    with conn.transaction(force_rollback=True):
        conn.execute("select set_config('gis_gov.reach_track', '{\"all\": true}', false)")
        conn.execute(
            sql.SQL(
                "delete from position where ({}) is not true or rejected_for is not null"
            ).format(sql.SQL(known))
        )
        conn.execute(NOTHING_KEPT)
        return draw()


def assert_drawn_alike(
    conn: psycopg.Connection[Any], reach: dict[str, Any] = ALL, known: LiteralString = "true"
) -> None:
    """Compare what who has a reach is drawn with what is drawn by the fixes alone that he knows."""

    def both(draw: Callable[[], Drawn]) -> tuple[Drawn, Drawn]:
        see(conn, reach)
        found = draw()
        return found, by_fixes_alone(draw, conn, known)

    for zoom, span in itertools.product((13, 14, 16), WINDOWS_S):
        found, wanted = both(partial(drawn, conn, zoom, *span))
        assert found == wanted, (zoom, span)
    for span in WINDOWS_S:
        found, wanted = map(shapes_of, both(partial(features_of, conn, 12, *span)))
        assert found.is_empty == wanted.is_empty
        if not wanted.is_empty:  # each is simplified by four units, the kept ones twice
            assert found.hausdorff_distance(wanted) < 10, span


def see(conn: psycopg.Connection[Any], reach: dict[str, Any]) -> None:
    """Be the server for one who has a reach."""
    conn.execute("select set_config('gis_gov.reach_track', %s, false)", [json.dumps(reach)])
    conn.execute("set role gis_gov_app")


def shapes_of(features: list[dict[str, Any]]) -> shapely.GeometryCollection:
    return shapely.GeometryCollection(
        [shapely.geometry.shape(each["geometry"]) for each in features]
    )
