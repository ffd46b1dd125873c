"""Roads, points and polygons among 300 resources, and a server that is asked around them."""

import asyncio
from typing import Any, LiteralString

import httpx
import numpy as np
import psycopg
import shapely
from psycopg import sql
from shapely.geometry import LineString, MultiPoint, Point, Polygon, mapping

from gis_gov.geo.measure import GEOD
from gis_gov.resources.schemas import Nearby

WEST, SOUTH = 113.30, 22.94
EAST_AREA = "440199001001"
WORLD = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东', 'community',
     st_multi(st_makeenvelope(113.32, 22.93, 113.36, 22.99, 4490))),
    (2, '440199001002', '西', 'community',
     st_multi(st_makeenvelope(113.28, 22.93, 113.32, 22.99, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '01', name, id, geom from area;
    insert into resource (code, kind, name, class, range_m, geom)
    select
        'R' || n, (array['camera', 'centre', 'poi'])[1 + n % 3], '物',
        (array['bullet', 'dome', 'face'])[1 + n % 9 % 4 % 3], 60, st_point(lon[n], lat[n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 300) as n;
    insert into worker (code, name) select 'W' || n, '员' from generate_series(1, 40) as n;
    insert into position (device, time, worker_id, geom)
    select
        'd' || w.id, now() - make_interval(mins => (w.id %% 20)::int), w.id,
        st_point(lon[300 + w.id], lat[300 + w.id], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p, worker as w;
    insert into address (code, full_text, level, geom)
    select 'A' || n, '路' || n || '号', 50, st_point(lon[340 + n], lat[340 + n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 40) as n;
    insert into enterprise (code, name, category, risk_class, contact_name, address_id)
    select 'E' || id, '厂', '制造', (array['high', 'low'])[1 + id %% 2], '王某', id from address;
    insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom) values
    ('V', 'camera', '看东', 90, 60, 100, st_point(113.33, 22.985, 4490)),
    ('V0', 'camera', '不知', 90, 60, null, st_point(113.33, 22.985, 4490));
"""
HOLED = Polygon(
    [(113.31, 22.945), (113.335, 22.945), (113.335, 22.97), (113.31, 22.97)],
    [[(113.318, 22.95), (113.33, 22.951), (113.324, 22.965)]],
)
SHAPES = {
    "point": Point(113.32, 22.96),
    "points": MultiPoint([(113.31, 22.95), (113.33, 22.97)]),
    "road": LineString([(113.30, 22.95), (113.318, 22.962), (113.34, 22.955)]),
    "hole": HOLED,
}
THINGS = """
    select kind, code, geom from resource where kind <> 'camera' or class is distinct from 'face'
    union all
    select 'worker', w.code, l.geom
    from last_position as l join worker as w on w.id = l.worker_id
    union all
    select 'enterprise', e.code, a.geom
    from enterprise as e join address as a on a.id = address_id
"""
NEAR = """
    with asked as (
        select st_segmentize(st_setsrid(st_geomfromgeojson(%(shape)s), 4490), 0.001) as shape
    )
    select kind, code, st_distance(geom::geography, shape::geography)
    from ({things}) as thing, asked
"""


HEARD = """
    insert into position (device, time, worker_id, geom)
    select 'd' || w.id, now() - make_interval(mins => (w.id %% 20)::int), w.id, l.geom
    from worker as w join last_position as l on l.worker_id = w.id
"""


def write_shapes(url: str) -> None:
    """Write resources, workers, enterprises and two cameras with known views."""
    lon, lat = np.random.default_rng(8).uniform((WEST, SOUTH), (113.34, 22.98), (380, 2)).T
    with psycopg.connect(url) as conn:
        world = WORLD.replace("n % 3", "n %% 3").replace("n % 9 % 4 % 3", "n %% 9 %% 4 %% 3")
        for statement in world.split(";")[:-1]:
            conn.execute(statement.encode(), {"lon": lon.tolist(), "lat": lat.tolist()})


async def written(url: str, statement: LiteralString, *values: object) -> None:
    """Write as psql would, beside the server: it may be filling in cells, and one waits for it."""

    def write() -> None:
        with psycopg.connect(url) as conn:
            conn.execute(statement, values)

    await asyncio.to_thread(write)


async def ask(site: httpx.AsyncClient, shape: Any, query: str = "", **more: Any) -> Any:
    """Ask, of workers for all, and check the answer's form and that its rings add up."""
    body = {"geometry": mapping(shape), "limit": 1000, "on_shift": False, **more}
    answer = await site.post(f"/nearby{query}", json=body)
    assert answer.status_code == 200, answer.text
    Nearby.model_validate_json(answer.content, strict=True)
    told = answer.json()
    for kind, count in told["counts"].items():
        assert not told["rings"] or sum(ring["counts"][kind] for ring in told["rings"]) == count
    return told


def by_postgis(url: str, shape: Any) -> dict[tuple[str, str], float]:
    with psycopg.connect(url) as conn:
        near = sql.SQL(NEAR).format(things=sql.SQL(THINGS))
        rows = conn.execute(near, {"shape": shapely.to_geojson(shape)}).fetchall()
    return {(kind, code): metres for kind, code, metres in rows}


def places(url: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return where each thing is that a supervisor may see."""
    with psycopg.connect(url) as conn:
        asked = sql.SQL("select kind, code, st_x(geom), st_y(geom) from ({}) as t")
        rows = conn.execute(asked.format(sql.SQL(THINGS))).fetchall()
    return {(kind, code): (lon, lat) for kind, code, lon, lat in rows}


def by_geodesics(
    things: dict[tuple[str, str], tuple[float, float]], shape: Any
) -> dict[tuple[str, str], float]:
    """Measure to the place of the shape that is nearest on a plane around each thing."""
    at = np.array(list(things.values()))
    lon, lat = at.T
    step = 0.001
    to_east = GEOD.inv(lon, lat, lon + step, lat)[2] / step
    to_north = GEOD.inv(lon, lat, lon, lat + step)[2] / step
    feet = [
        shapely.get_coordinates(
            shapely.shortest_line(
                Point(0, 0),
                shapely.transform(shape, lambda xy, here=here, scale=scale: (xy - here) * scale),
            )
        )[-1]
        / scale
        + here
        for here, scale in zip(at, np.column_stack([to_east, to_north]), strict=True)
    ]
    east, north = np.array(feet).T
    metres = GEOD.inv(lon, lat, east, north)[2]
    return dict(zip(things, metres.tolist(), strict=True))


def hits(told: Any) -> dict[tuple[str, str], float]:
    return {
        (each["properties"]["kind"], each["properties"]["code"]): each["properties"]["distance_m"]
        for each in told["features"]
    }
