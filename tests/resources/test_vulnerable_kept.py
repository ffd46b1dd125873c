"""Whatever circle, whoever asks, and whatever was written: kept counts tell what each row does."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.access.permissions import Permission
from gis_gov.db.pool import Pool
from gis_gov.geo.cells import cells_of
from gis_gov.geo.measure import GEOD
from gis_gov.geo.surroundings import Surroundings
from gis_gov.resources.vulnerable import count_vulnerable, sort_by_ring
from gis_gov.resources.vulnerable_queries import ROW, read_kept_counts
from gis_gov.settings import Settings
from tests.conftest import TestServer

pytestmark = pytest.mark.anyio

WEST, SOUTH, SIDE = 113.30, 22.94, 0.03
COUNT = 500
RINGS_M = (500.0, 1000.0, 2000.0)
EVERYWHERE = (WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)
# Four grids in two communities; their edges cut hexagons.
WORLD = """
    insert into area (id, code, name, level, geom)
    select
        n, '44019900100' || n, '社区', 'community',
        st_multi(st_makeenvelope(
            113.30 + (n - 1) * 0.015, 22.94, 113.30 + n * 0.015, 22.97, 4490))
    from generate_series(1, 2) as n;
    insert into grid (id, code, name, area_id, valid_from, geom)
    select
        2 * x + y + 1, 'g' || 2 * x + y + 1, '格', x + 1, '2020-01-01',
        st_multi(st_makeenvelope(
            113.30 + x * 0.015, 22.94 + y * 0.015,
            113.30 + (x + 1) * 0.015, 22.94 + (y + 1) * 0.015, 4490))
    from generate_series(0, 1) as x, generate_series(0, 1) as y;
"""
HOMES = """
    insert into address (id, code, full_text, level, cell, geom)
    select n, 'A' || n, '路' || n || '号', 50, nullif(cell, 0), st_point(x, y, 4490)
    from unnest(%(x)s::float8[], %(y)s::float8[], %(cell)s::bigint[])
        with ordinality as p (x, y, cell, n);
"""
PEOPLE = """
    insert into person (code, name, person_class, address_id)
    select 'P' || n || '-' || m, '人', (array['service', 'other', 'rely'])[1 + (n + m) % 3], n
    from generate_series(1, 500) as n, generate_series(1, 1 + n % 3) as m;
    insert into person (code, name, person_class) values ('P0', '不知何处', 'service');
"""
MOVE = "update address set geom = st_point(%(x)s, %(y)s, 4490), cell = %(cell)s where id = %(id)s"
WRITES = (
    MOVE,
    # As others write: which hexagon it is, the server tells a moment later.
    MOVE.replace("%(cell)s", "null"),
    "update address set geom = null where id = %(id)s",
    """
    update address as a set geom = b.geom, cell = b.cell from address as b
    where a.id = %(id)s and b.id = %(other)s
    """,
    "update person set address_id = %(other)s where address_id = %(id)s",
    "update person set address_id = null where address_id = %(id)s and code like '%%-1'",
    "update person set person_class = 'service' where address_id = %(id)s",
    "update person set person_class = 'control' where address_id = %(id)s",
    "delete from person where address_id = %(id)s and code like '%%-2'",
    """
    insert into person (code, name, person_class, address_id)
    select 'N' || max(id), '新人', 'service', %(id)s from person
    """,
    "update grid set valid_to = '2021-01-01' where id = 1 + %(id)s %% 4",
    "update grid set valid_to = null",
)
ROWS = """
    select st_x(a.geom), st_y(a.geom), p.area_id, p.grid_id, p.person_class
    from person as p join address as a on p.address_id = a.id
    where a.geom is not null
"""
SERVICE = frozenset({"service"})
ACTORS = {
    "all": Actor("all", (Grant("commander"),)),
    "community": Actor("community", (Grant("supervisor", "1", frozenset({1})),)),
    "grid": Actor("grid", (Grant("grid_worker", "1", grid_id=3),)),
    "class": Actor("class", (Grant("grid_worker", person_classes=SERVICE),)),
    "another class": Actor("other", (Grant("grid_worker", person_classes=frozenset({"rely"})),)),
    "mixed": Actor(
        "mixed",
        (
            Grant("grid_worker", "1", frozenset({1}), person_classes=SERVICE),
            Grant("supervisor", "1", grid_id=4),
        ),
    ),
}
SHAPES: dict[str, BaseGeometry] = {
    "road": LineString([(113.305, 22.945), (113.318, 22.962), (113.328, 22.95)]),
    "hole": Polygon(
        [(113.302, 22.943), (113.327, 22.945), (113.325, 22.968), (113.304, 22.966)],
        [[(113.31, 22.95), (113.32, 22.951), (113.315, 22.96)]],
    ),
}


def some_places(random: np.random.Generator, count: int) -> np.ndarray:
    """Draw places of homes: in clusters of some metres, many in one hexagon, some all alike."""
    middle = random.uniform(*EVERYWHERE, (max(1, count // 8), 2))
    places = random.choice(middle, count) + random.normal(0, 0.00006, (count, 2))
    places[::9] = places[0]
    return places.round(7)


@contextmanager
def populated(postgis: TestServer) -> Generator[str]:
    """Make a database in which they live."""
    places = some_places(np.random.default_rng(7), COUNT)
    cells = cells_of(*places.T)
    cells[::23] = 0
    with postgis.database() as made:
        with psycopg.connect(made) as conn:
            conn.execute(WORLD)
            x, y = places.T.tolist()
            conn.execute(HOMES, {"x": x, "y": y, "cell": cells.tolist()})
            conn.execute(PEOPLE)
        yield made


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with populated(postgis) as made:
        yield made


@pytest.fixture(scope="module")
async def pool(url: str) -> AsyncIterator[Pool]:
    async with Pool(url, Settings().with_database(url)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def still(postgis: TestServer) -> AsyncIterator[Pool]:
    """Connections to where nobody writes."""
    with populated(postgis) as made:
        async with Pool(made, Settings().with_database(made)) as opened:
            yield opened


def rewritten(url: str, random: np.random.Generator) -> list[tuple[Any, ...]]:
    """Write this and that, and return the persons that are somewhere then."""
    with psycopg.connect(url) as conn:
        for write in random.choice(len(WRITES), 4):
            ((x, y),) = some_places(random, 1).tolist()
            number, other = random.integers(1, COUNT + 1, 2).tolist()
            told = {
                "x": x,
                "y": y,
                "cell": int(cells_of([x], [y])[0]),
                "id": number,
                "other": other,
            }
            conn.execute(WRITES[write].encode(), told)
        return conn.execute(ROWS).fetchall()


def readable(actor: Actor, rows: list[tuple[Any, ...]]) -> np.ndarray:
    """Return where the vulnerable persons live whom somebody may read."""
    person, address = (
        actor.reach(right) for right in (Permission.PERSON_READ, Permission.ADDRESS_READ)
    )
    kept = [
        (lon, lat)
        for lon, lat, area, grid, of_class in rows
        if of_class == "service"
        and person.holds(area, grid, of_class)
        and address.holds(area, grid)
    ]
    return np.array(kept).reshape(-1, 2)


def by_ring(away_m: np.ndarray, edges_m: list[float]) -> list[int]:
    within = [int((away_m <= edge).sum()) for edge in edges_m]
    return [outer - inner for inner, outer in zip([0, *within], within, strict=False)]


async def counted(
    pool: Pool, actor: Actor, shape: BaseGeometry, radius_m: float
) -> tuple[list[float], list[int]]:
    """Return the outer edges of the rings, and how many are told in each."""
    told = await count_vulnerable(Surroundings(shape), radius_m, actor, pool)
    assert told is not None
    assert told["count"] == sum(ring["count"] for ring in told["rings"])
    return [ring["to_m"] for ring in told["rings"]], [ring["count"] for ring in told["rings"]]


@settings(max_examples=60)
@given(
    through=st.sampled_from(["nothing", "the radius", "a ring"]),
    seed=st.integers(0, 2**32),
)
async def test_any_circle_counts_whom_each_may_read(
    pool: Pool, url: str, through: str, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rows = rewritten(url, random)
    lon, lat = random.uniform(*EVERYWHERE).tolist()
    radius_m = float(random.uniform(0, 2000))
    x, y, *_ = rows[random.integers(len(rows))]
    if through == "a ring":
        edge_m = float(random.choice(RINGS_M))
        lon, lat, _ = GEOD.fwd(x, y, random.uniform(0, 360), edge_m)
        radius_m = max(edge_m, radius_m)
    elif through == "the radius":
        lon, lat, _ = GEOD.fwd(x, y, random.uniform(0, 360), radius_m)
        radius_m = round(GEOD.inv(x, y, lon, lat)[2], 8)
    for name, actor in ACTORS.items():
        homes_lon, homes_lat = readable(actor, rows).T
        here_lon, here_lat = (np.full(homes_lon.size, each) for each in (lon, lat))
        away_m = np.round(GEOD.inv(homes_lon, homes_lat, here_lon, here_lat)[2], 8)
        edges_m, counts = await counted(pool, actor, Point(lon, lat), radius_m)
        assert counts == by_ring(away_m, edges_m), name


@settings(max_examples=20)
@given(
    name=st.sampled_from(sorted(SHAPES)),
    radius_m=st.sampled_from([0.0, 60.0, 700.0]),
    seed=st.integers(0, 2**32),
)
async def test_any_shape_counts_whom_each_may_read(
    pool: Pool, url: str, name: str, radius_m: float, seed: int
) -> None:
    rows = rewritten(url, np.random.default_rng(seed))
    around = Surroundings(SHAPES[name])
    for who, actor in ACTORS.items():
        lon, lat = readable(actor, rows).T
        away_m = around.distance_m(lon, lat)
        edges_m, counts = await counted(pool, actor, SHAPES[name], radius_m)
        assert counts == by_ring(away_m, edges_m), who


async def test_few_are_read_one_by_one(still: Pool) -> None:
    """Those near the edge of a ring only, whose hexagon it cuts."""
    actor, around = ACTORS["all"], Surroundings(Point(WEST + SIDE / 2, SOUTH + SIDE / 2))
    async with still.connection(actor.scope) as conn:
        kept = await read_kept_counts(conn, actor, around.box(2000))
    told = sort_by_ring(around, kept.rows, list(RINGS_M))
    assert told.counts.sum() > 100
    cut = np.isin(kept.rows["cell"].astype(np.int64), told.cut)
    assert kept.rows["persons"][cut].sum() < told.counts.sum() / 4
    lon = kept.rows["west"][cut].astype(float)
    away_m = around.distance_m(lon, kept.rows["south"][cut].astype(float))
    assert (np.abs(away_m[:, None] - RINGS_M).min(axis=1) < 60).all()


def test_of_a_hexagon_that_is_cut_no_part_is_counted_twice() -> None:
    """It is read one by one as a whole, also where the rows of some of its grids lie in a ring."""
    around = Surroundings(Point(WEST, SOUTH))
    inner, outer, far = (GEOD.fwd(WEST, SOUTH, 90, metres)[0] for metres in (490, 510, 800))
    packed = np.array(
        [
            (1, 5, inner, SOUTH, inner, SOUTH),
            (1, 7, inner, SOUTH, outer, SOUTH),
            (2, 11, far, SOUTH, far, SOUTH),
        ],
        dtype=ROW,
    )
    told = sort_by_ring(around, packed, [500.0, 1000.0])
    assert (told.counts.tolist(), told.cut) == ([0, 11], [1])


async def test_who_reads_none_of_them_is_told_none(still: Pool) -> None:
    shape = Surroundings(Point(WEST, SOUTH))
    for role in ("analyst", "screen", "weather_officer"):
        assert await count_vulnerable(shape, 500, Actor(role, (Grant(role),)), still) is None


async def test_the_kept_counts_are_behind_the_row_policies(still: Pool) -> None:
    """The scope of the connection decides, and so does the query: each alone is a fence."""
    everyone, one = ACTORS["all"], ACTORS["grid"]
    box = Surroundings(Point(WEST + SIDE / 2, SOUTH + SIDE / 2)).box(2000)
    async with still.connection(one.scope) as conn:
        through = await read_kept_counts(conn, everyone, box)
        own = await read_kept_counts(conn, one, box)
    async with still.connection(everyone.scope) as conn:
        asked = await read_kept_counts(conn, one, box)
    assert len(own.rows)
    assert sorted(through.rows.tolist()) == sorted(own.rows.tolist())
    assert sorted(asked.rows.tolist()) == sorted(own.rows.tolist())
