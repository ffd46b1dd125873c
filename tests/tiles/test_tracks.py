"""Tracks of workers in tiles: which fixes a line joins, where it breaks, and who is told of it."""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World, write_world

pytestmark = pytest.mark.anyio

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
MIDDLE = (WEST + 0.01, SOUTH + 0.01)
ASKED = {"datetime": "2026-03-01T00:00:00Z/2026-03-01T23:00:00Z"}
ROW = """
    insert into position (device, time, worker_id, geom)
    values (%s, %s, %s, st_point(%s, %s, 4490))
"""
WORKERS = """
    insert into worker (id, code, name, area_id) values (2, 'W2', '李某', 3);
    update worker set area_id = 3;
    insert into grid_worker (grid_id, worker_id)
    select g.id, w.id from grid as g, worker as w where g.code = '4401990010011003';
    select position_days(array['2026-03-01']::date[]);
"""

Fix = tuple[str, float, int, float, float]


def walk(device: str, worker: int, since_s: float, lon: float, lat: float, seed: int) -> list[Fix]:
    """Two hundred fixes, twenty seconds and about thirty metres one from another."""
    steps = np.random.default_rng(seed).normal(0, 0.0002, (200, 2)).cumsum(axis=0)
    return [
        (device, since_s + 20 * n, worker, lon + x, lat + y)
        for n, (x, y) in enumerate(steps.tolist())
    ]


FIXES: dict[str, list[Fix]] = {
    "walk": walk("A", 1, 0, *MIDDLE, 1),
    "after a gap": walk("A", 1, 200 * 20 + 301, *MIDDLE, 2),
    "by another device": walk("B", 1, 7, *MIDDLE, 3),
    "another's": walk("C", 2, 3, *MIDDLE, 4),
    "before a leap": [("D", 10.0 * n, 2, MIDDLE[0] - 0.015, MIDDLE[1] + n / 9e3) for n in range(5)],
    "after a leap": [("D", 50 + 10.0 * n, 2, MIDDLE[0], MIDDLE[1] + n / 9e3) for n in range(5)],
    "alone": [("E", 0.0, 2, *MIDDLE)],
}
LINES = {name: shapely.LineString([fix[3:] for fix in fixes])
         for name, fixes in FIXES.items() if len(fixes) > 1}  # fmt: skip


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        made = write_world(url)
        with psycopg.connect(url) as conn:
            conn.execute(WORKERS)
            rows = [
                (device, DAY + timedelta(seconds=at_s), worker, lon, lat)
                for fixes in FIXES.values()
                for device, at_s, worker, lon, lat in fixes
            ]
            conn.cursor().executemany(ROW, rows)
        yield made


@pytest.fixture(scope="module")
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(world.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        yield opened


async def drawn(
    site: httpx.AsyncClient, key: str, tile: Tile, asked: dict[str, str]
) -> list[dict[str, Any]]:
    path = f"/tiles/tracks/{tile.z}/{tile.x}/{tile.y}.mvt"
    answer = await site.get(path, params=asked, headers=bearer(key))
    assert answer.status_code in {200, 204}, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    if answer.status_code == 204:
        return []
    return mapbox_vector_tile.decode(answer.content)["tracks"]["features"]


def in_tile(line: shapely.LineString, tile: Tile) -> shapely.LineString:
    """A line in the units of a tile, up as the decoder has them."""

    def units(points: np.ndarray) -> np.ndarray:
        side = 2**tile.z
        x = (points[:, 0] + 180) / 360
        y = (1 - np.arcsinh(np.tan(np.radians(points[:, 1]))) / np.pi) / 2
        return np.column_stack([(x * side - tile.x) * 4096, 4096 - (y * side - tile.y) * 4096])

    return shapely.transform(line, units)


@pytest.mark.parametrize("zoom", [12, 14, 16])
async def test_in_each_tile_lines_are_those_of_the_fixes(
    world: World, site: httpx.AsyncClient, zoom: int
) -> None:
    key = make_key(world.url, "commander")
    middle = tile_at(*MIDDLE, zoom)
    for tile in (
        Tile(zoom, middle.x + dx, middle.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)
    ):
        found = [
            shapely.geometry.shape(feature["geometry"])
            for feature in await drawn(site, key, tile, ASKED)
        ]
        wanted = [in_tile(line, tile) for line in LINES.values()]
        # What is simplified lies within four units of longitude, and a half is rounded off.
        assert is_along(found, wanted, within=6)
        assert is_along(wanted, found, within=6)


def is_along(lines: list[Any], others: list[Any], within: float) -> bool:
    """Say whether what is seen of lines in a tile lies along others, to some units."""
    points = shapely.get_coordinates(shapely.segmentize(lines, 8.0))
    seen = points[((points >= 0) & (points <= 4096)).all(axis=1)]
    around = shapely.GeometryCollection(others)
    shapely.prepare(around)
    return bool(shapely.dwithin(shapely.points(seen), around, within).all())


async def test_lines_break_where_they_leap(world: World, site: httpx.AsyncClient) -> None:
    key = make_key(world.url, "commander")
    found = await drawn(site, key, tile_at(*MIDDLE, 12), ASKED)
    spans = sorted(
        (told["code"], told["begins_at"] - DAY.timestamp(), told["ends_at"] - DAY.timestamp())
        for told in (feature["properties"] for feature in found)
    )
    pieces = [
        (f"W{fixes[0][2]}", piece[0], piece[-1])
        for name, fixes in FIXES.items()
        if name in LINES
        for piece in by_hour([fix[1] for fix in fixes])
    ]
    assert len(pieces) > len(LINES)
    assert spans == sorted(pieces)
    assert {feature["properties"]["name"] for feature in found} == {"张某", "李某"}
    assert len({feature["id"] for feature in found}) == len(pieces)


def by_hour(times_s: list[float]) -> list[list[float]]:
    """Part the times of a line as the day's hours do, which DAY begins with one of."""
    return [list(hour) for _, hour in itertools.groupby(times_s, lambda at_s: at_s // 3600)]


async def test_one_worker_s_and_the_last_two_hours(world: World, site: httpx.AsyncClient) -> None:
    key = make_key(world.url, "commander")
    tile = tile_at(*MIDDLE, 12)
    found = await drawn(site, key, tile, {**ASKED, "code": "W2"})
    assert {feature["properties"]["code"] for feature in found} == {"W2"}
    assert await drawn(site, key, tile, {**ASKED, "code": "' or true --"}) == []
    (line,) = await drawn(site, key, tile, {})
    assert line["properties"]["ends_at"] - line["properties"]["begins_at"] == 60
    assert await drawn(site, key, tile_at(*MIDDLE, 11), ASKED) == []


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({"datetime": "../2026-03-01T12:00:00Z"}, "invalid-request"),
        ({"datetime": "2026-03-01T00:00:00Z/2026-03-02T00:00:01Z"}, "invalid-request"),
        ({"datetime": "2026-03-01T00:00:00Z/.."}, "invalid-request"),
        ({"filter": "code = 'W1'"}, "invalid-request"),
        ({"name": "张某"}, "unknown-parameter"),
        ({"since": "2026-03-01"}, "unknown-parameter"),
    ],
)
async def test_what_is_not_asked_so(
    world: World, site: httpx.AsyncClient, asked: dict[str, str], slug: str
) -> None:
    key = make_key(world.url, "commander")
    for path in ("/tiles/tracks/12/3337/1777.mvt", "/tiles/tracks.json"):
        answer = await site.get(path, params=asked, headers=bearer(key))
        assert answer.status_code == 400
        assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"


async def test_of_another_grid_no_way_is_told(world: World, site: httpx.AsyncClient) -> None:
    """Who may see a grid is told of its workers' fixes in it; where they were else he is not."""
    whole = make_key(world.url, "commander")
    own = make_key(world.url, "supervisor", grid="4401990010011003")
    tile = tile_at(*MIDDLE, 14)
    box = shapely.box(WEST, SOUTH, *MIDDLE)
    seen = shapely.GeometryCollection(
        [
            shapely.geometry.shape(feature["geometry"])
            for feature in await drawn(site, own, tile, ASKED)
        ]
    )
    ends = [fix for fixes in FIXES.values() for fix in fixes if box.covers(shapely.Point(fix[3:]))]
    hull = in_tile(shapely.LineString([fix[3:] for fix in ends]), tile).convex_hull
    assert not seen.is_empty
    assert seen.within(hull.buffer(6))
    assert len(await drawn(site, whole, tile, ASKED)) > 0
    officer = bearer(make_key(world.url, "department_officer"))
    path = f"/tiles/tracks/{tile.z}/{tile.x}/{tile.y}.mvt"
    assert (await site.get(path, params=ASKED, headers=officer)).status_code == 403


async def test_each_question_for_a_time_is_on_record(world: World, site: httpx.AsyncClient) -> None:
    key = make_key(world.url, "commander")
    await drawn(site, key, tile_at(*MIDDLE, 14), {**ASKED, "code": "W1"})
    with psycopg.connect(world.url) as conn:
        row = conn.execute(
            "select action, object_kind, detail from audit order by number desc limit 1"
        ).fetchone()
    assert row == ("tile.read", "tracks", {"parameters": ["code", "datetime"]})
