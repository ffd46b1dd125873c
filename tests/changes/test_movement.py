"""Versions of tiles by what is announced of positions: none is missed, what is far away stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import floor
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.changes.movement import KEPT_MAX, POSITION, TRACK, Movement
from gis_gov.changes.tracks import Tracks
from gis_gov.db.pool import Pool
from gis_gov.geo.bbox import BBox
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from gis_gov.interval import Interval

pytestmark = pytest.mark.anyio

lons = st.floats(70, 140)
lats = st.floats(-60, 60)
zooms = st.integers(0, 21)
ZERO = datetime(2026, 3, 1, tzinfo=UTC)


def of_places(movement: Movement, tile: AnyTile) -> int:
    return movement.version({POSITION}, tile, None)[0]


def heard_by(kept_max: int = KEPT_MAX) -> Movement:
    """What hears of all from the start, so that it has nothing to read."""
    return Movement(cast(Pool, None), lambda: 1, kept_max)


def told(lon: float, lat: float) -> str:
    return f"at {floor(lon * 100)}:{floor(lat * 100)}"


@given(lons, lats, zooms, st.booleans())
async def test_a_tile_that_shows_a_place_follows_it(
    lon: float, lat: float, zoom: int, is_geodetic: bool
) -> None:
    movement = heard_by()
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
    movement = heard_by()
    before = of_places(movement, tile_at(lon, lat, zoom))
    await movement.hear(f"{told(lon + 0.4, lat)},{told(lon, lat - 0.4).removeprefix('at ')}")
    assert of_places(movement, tile_at(lon, lat, zoom)) == before
    assert of_places(movement, tile_at(lon + 0.4, lat, zoom)) > before


def hour(number: int) -> int:
    return int(ZERO.timestamp()) // 3600 + number


def box_at(lon: float, lat: float) -> BBox:
    return tile_at(lon, lat, 15).bounds()


WORLD = BBox(-180, -85, 180, 85)


@given(
    st.integers(0, 24 * 3600), st.integers(1, 24 * 3600), st.integers(0, 47 * 3600), st.booleans()
)
def test_tracks_of_a_time_follow_its_hours(
    since_s: int, long_s: int, fix_s: int, is_open: bool
) -> None:
    tracks = Tracks()
    for number in range(20):
        tracks.change_in(str(hour(number - 30)), number + 1)
    since = ZERO + timedelta(seconds=since_s)
    asked = Interval(since, None if is_open else since + timedelta(seconds=long_s))
    before = tracks.last(WORLD, asked)
    tracks.change_in(str(hour(fix_s // 3600)), 21)
    first, last = since_s // 3600, 99 if is_open else (since_s + long_s) // 3600
    assert (tracks.last(WORLD, asked) > before) == (first <= fix_s // 3600 <= last)
    assert tracks.last(WORLD, None) == 21


def test_a_device_s_hour_changes_where_it_was_in_that_and_the_next() -> None:
    """It is one line, and the next hour's begins at its end."""
    tracks = Tracks()
    tracks.begin(1, hour(0))
    day = Interval(ZERO, ZERO + timedelta(days=1))
    of_first_only = Interval(ZERO, ZERO + timedelta(hours=1, minutes=59))
    places = [box_at(113.305 + 0.1 * n, 22.905) for n in range(4)]

    def numbers(asked: Interval = day) -> list[int]:
        return [tracks.last(box, asked) for box in places]

    tracks.change_by(f"{hour(1)}:a:11330:2290:11330:2290", 2)
    assert numbers() == [2, 1, 1, 1]
    tracks.change_by(f"{hour(1)}:a:11340:2290:11340:2290,{hour(1)}:b:11360:2290:11360:2290", 3)
    assert numbers() == [3, 3, 1, 3]
    tracks.change_by(f"{hour(2)}:a:11350:2290:11350:2290", 4)
    assert numbers() == [3, 3, 4, 3]
    assert numbers(of_first_only) == [3, 3, 1, 3]
    tracks.change_by(f"{hour(1)}:a:11330:2290:11330:2290", 5)
    assert numbers() == [5, 5, 5, 3]
    beside = box_at(113.305, 22.905 - 0.01)
    assert tracks.last(beside, day) == 5, "as far as a leg goes"


@pytest.mark.parametrize(
    "doubted",
    [
        lambda tracks: tracks.change_in(str(hour(1)), 3),
        lambda tracks: tracks.change_anytime(3),
        lambda tracks: tracks.begin(3, hour(1)),
        lambda tracks: tracks.change_by(f"{hour(1)}:b:0:0:99:99", 3),
    ],
    ids=["of many at once", "of any time", "heard anew", "wide"],
)
def test_of_which_not_all_is_known_may_be_anywhere(doubted: Callable[[Tracks], None]) -> None:
    tracks = Tracks()
    tracks.begin(1, hour(0))
    tracks.change_by(f"{hour(1)}:a:11330:2290:11330:2290", 2)
    doubted(tracks)
    far, asked = box_at(100, 30), Interval(ZERO, ZERO + timedelta(hours=3))
    assert tracks.last(far, asked) == 3
    tracks.change_by(f"{hour(1)}:a:11330:2290:11330:2290", 4)
    assert tracks.last(far, asked) == 4
    tracks.change_by(f"{hour(0)}:a:11330:2290:11330:2290", 5)
    assert tracks.last(far, asked) == 5
    tracks.change_by(f"{hour(2)}:a:11330:2290:11330:2290", 6)
    assert tracks.last(far, asked) == 5, "of the hours to come all is heard"


def test_where_too_much_is_kept_the_oldest_hours_are_given_up() -> None:
    tracks = Tracks(hours_max=50, places_max=30)
    tracks.begin(1, hour(0))
    near, far = box_at(113.305, 22.905), box_at(100, 30)
    for number in range(1, 21):
        tracks.change_by(f"{hour(number)}:a:11330:2290:11331:2290", number + 1)
    newest = Interval(ZERO + timedelta(hours=20), None)
    assert (tracks.last(near, newest), tracks.last(far, newest)) == (21, 1)
    tracks.change_by(f"{hour(3)}:a:11330:2290:11331:2290", 30)
    assert tracks.last(far, None) == 30
    for number in range(60):
        tracks.change_in(str(hour(number)), 31)
    assert tracks.last(far, None) == 31


async def test_anywhere_and_anytime() -> None:
    movement = heard_by()
    tile, tracks = tile_at(113.3, 22.9, 14), Interval(ZERO, ZERO + timedelta(hours=1))
    for payload, numbers in (("at 11330:2290", (1, 0)), ("at", (2, 0)), ("in", (2, 3))):
        await movement.hear(payload)
        assert movement.version({POSITION, TRACK}, tile, tracks) == numbers


async def test_too_many_places_are_kept_as_anywhere() -> None:
    movement = heard_by(30)
    tile, far = tile_at(113.305, 22.905, 16), tile_at(100, 30, 16)
    await movement.hear("at 11330:2290")
    assert (of_places(movement, tile), of_places(movement, far)) == (1, 0)
    await movement.hear("at " + ",".join(f"{12000 + each}:2290" for each in range(30)))
    assert (of_places(movement, tile), of_places(movement, far)) == (2, 2)
