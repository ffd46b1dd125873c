"""Versions of tiles by what is announced of positions: none is missed, and what is far away stays."""

from datetime import UTC, datetime, timedelta
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.changes.movement import POSITION, WAY, Movement
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.interval import Interval

pytestmark = pytest.mark.anyio

lons = st.floats(70, 140)
lats = st.floats(-60, 60)
zooms = st.integers(0, 21)
ZERO = datetime(2026, 3, 1, tzinfo=UTC)


def of_places(movement: Movement, tile: AnyTile) -> int:
    return movement.version({POSITION}, tile, None)[0]


def of_ways(movement: Movement, ways: Interval | None) -> int:
    return movement.version({WAY}, Tile(0, 0, 0), ways)[1]


def told(lon: float, lat: float) -> str:
    return f"at {floor(lon * 100)}:{floor(lat * 100)}"


@given(lons, lats, zooms, st.booleans())
async def test_a_tile_that_shows_a_place_follows_it(
    lon: float, lat: float, zoom: int, is_geodetic: bool
) -> None:
    movement = Movement(lambda: 1)
    await movement.hear("at 1:1,13000:-3000")
    own = geodetic_tile_at(lon, lat, zoom) if is_geodetic else tile_at(lon, lat, zoom)
    beside = [
        type(own)(own.z, x, own.y)
        for x in (own.x - 1, own.x + 1)
        if 0 <= x < (2 << zoom if is_geodetic else 1 << zoom)
    ]
    shown = [own, *(tile for tile in beside if reaches(tile, lon))]
    before = [of_places(movement, tile) for tile in shown]
    await movement.hear(told(lon, lat))
    for tile, old in zip(shown, before, strict=True):
        assert of_places(movement, tile) > old


def reaches(tile: AnyTile, lon: float) -> bool:
    box = tile.bounds()
    margin = (box.east - box.west) / 64
    return box.west - margin <= lon <= box.east + margin


@given(lons, lats, st.integers(11, 21))
async def test_what_is_far_away_stays(lon: float, lat: float, zoom: int) -> None:
    movement = Movement(lambda: 1)
    before = of_places(movement, tile_at(lon, lat, zoom))
    await movement.hear(f"{told(lon + 0.4, lat)},{told(lon, lat - 0.4).removeprefix('at ')}")
    assert of_places(movement, tile_at(lon, lat, zoom)) == before
    assert of_places(movement, tile_at(lon + 0.4, lat, zoom)) > before
    assert of_ways(movement, None) == 0


def hour(number: int) -> int:
    return int(ZERO.timestamp()) // 3600 + number


@given(
    st.floats(0, 24 * 3600), st.floats(1, 24 * 3600), st.floats(0, 47 * 3600), st.booleans()
)
async def test_ways_of_a_time_follow_its_hours(
    since_s: float, long_s: float, fix_s: float, is_open: bool
) -> None:
    movement = Movement(lambda: 1)
    for number in range(-20, 0):
        await movement.hear(f"in {hour(number)}")
    since = ZERO + timedelta(seconds=since_s)
    ways = Interval(since, None if is_open else since + timedelta(seconds=long_s))
    before = of_ways(movement, ways)
    await movement.hear(f"in {hour(int(fix_s // 3600))}")
    first, last = since_s // 3600, 99 if is_open else (since_s + long_s) // 3600
    assert (of_ways(movement, ways) > before) == (first <= fix_s // 3600 <= last)
    assert of_ways(movement, None) == 21
    assert of_places(movement, Tile(0, 0, 0)) == 0


async def test_anywhere_anytime_and_everything() -> None:
    session = 1
    movement = Movement(lambda: session)
    tile, ways = tile_at(113.3, 22.9, 14), Interval(ZERO, ZERO + timedelta(hours=1))
    assert not movement.is_current()
    await movement.hear("at 11330:2290")
    assert not movement.is_current()
    await movement.hear("")
    assert movement.is_current()
    seen = {(2, 2): "", (3, 2): "at", (3, 4): "in", (5, 5): ""}
    for numbers, payload in list(seen.items())[1:]:
        await movement.hear(payload)
        assert movement.version({POSITION, WAY}, tile, ways) == numbers
    session = 2
    assert not movement.is_current()
    await movement.hear("in")
    assert not movement.is_current()
    await movement.hear("")
    assert movement.is_current()
    session = 0
    assert not movement.is_current()


async def test_too_much_is_kept_as_anywhere_and_at_any_time() -> None:
    movement = Movement(lambda: 1, kept_max=30)
    tile, far = tile_at(113.305, 22.905, 16), tile_at(100, 30, 16)
    await movement.hear("at 11330:2290")
    assert (of_places(movement, tile), of_places(movement, far)) == (1, 0)
    await movement.hear("at " + ",".join(f"{12000 + each}:2290" for each in range(30)))
    assert (of_places(movement, tile), of_places(movement, far)) == (2, 2)
    await movement.hear("in " + ",".join(map(str, range(31))))
    assert of_ways(movement, Interval(ZERO, ZERO)) == 3
