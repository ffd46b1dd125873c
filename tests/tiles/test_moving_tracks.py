"""Tiles of tracks follow fixes, late ones too, and the time that goes on; and nothing else."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from gis_gov.geo.tile import Tile, tile_at
from tests.signed_in import make_key
from tests.tiles.district import World
from tests.tiles.moving import (
    GIVEN,
    GRID,
    HERE,
    THERE,
    Process,
    Two,
    builds,
    later,
    minute,
    put,
    two,
    until_drawn,
    write,
)

__all__ = ["builds", "minute", "two"]

pytestmark = pytest.mark.anyio

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
MORNING = {"datetime": "2026-03-01T08:00:00Z/2026-03-01T09:30:00Z"}
TILE = tile_at(*HERE, 14)
FOUND = """
    update position set grid_id = g.id
    from grid as g where g.code = '4401990010011003' and device = 'A'
"""


def put_walk(
    world: World, begin: datetime, at: tuple[float, float] = HERE, device: str = "A"
) -> None:
    """Twenty fixes, ten seconds and some metres one from another."""
    with psycopg.connect(world.url) as conn:
        conn.cursor().executemany(
            "insert into position (device, time, worker_id, geom)"
            " values (%s, %s, 1, st_point(%s, %s, 4490))",
            [
                (device, begin + timedelta(seconds=10 * n), at[0] + n * 1e-5, at[1])
                for n in range(20)
            ],
        )


async def body(process: Process, key: str, at: Tile, **asked: str) -> bytes:
    return (await process.get("tracks", at, key, **asked)).content


async def test_of_a_time_that_is_over_nothing_new_is_built(
    world: World, two: Two, builds: list[Tile], minute: list[datetime]
) -> None:
    key = make_key(world.url, "commander")
    write(world, "select position_days(array['2026-03-01']::date[])")
    put_walk(world, DAY)
    await until_drawn(two, ["W1"], "tracks", TILE, key, **MORNING)
    etags = {(await each.get("tracks", TILE, key, **MORNING)).headers["etag"] for each in two}
    (etag,) = etags
    builds.clear()
    put(world, HERE, later())  # today
    put_walk(world, DAY + timedelta(hours=3))
    minute[0] += timedelta(minutes=1)
    for process in two:
        # What was written is heard of, where it shows.
        for _ in range(100):
            if await process.codes("workers", tile_at(*HERE, 16), key) == ["W1"]:
                break
        builds.clear()
        for _ in range(20):
            answer = await process.get("tracks", TILE, key, etag, **MORNING)
            assert answer.status_code == 304
        assert builds == []


@pytest.mark.parametrize(
    ("late_s", "east"),
    [(95, 0.0), (95, 0.3), (400, 0.0), (-100, 0.0)],
    ids=["between", "far away between", "after", "of the hour before"],
)
async def test_what_comes_late_shows_where_it_changes_a_way(
    world: World, two: Two, late_s: float, east: float
) -> None:
    """Also far from where it is: a fix between others makes two tracks of one."""
    key = make_key(world.url, "commander")
    asked = {"datetime": "2026-03-01T07:30:00Z/2026-03-01T09:30:00Z"}
    write(world, "select position_days(array['2026-03-01']::date[])")
    put_walk(world, DAY)
    await until_drawn(two, ["W1"], "tracks", TILE, key, **asked)
    before = [await body(each, key, TILE, **asked) for each in two]
    assert before[0] == before[1]
    put(world, (HERE[0] + east, HERE[1] + 0.001), DAY + timedelta(seconds=late_s), device="A")
    await until_otherwise(two, before, key, asked)
    between = [await body(each, key, TILE, **asked) for each in two]
    assert between[0] == between[1]


async def until_otherwise(two: Two, old: list[bytes], key: str, asked: dict[str, str]) -> None:
    for process, was in zip(two, old, strict=True):
        for _ in range(200):
            if await body(process, key, TILE, **asked) != was:
                break
        else:
            raise AssertionError("the tile is the old one")


async def test_who_goes_far_away_has_no_tile_built_here(
    world: World, two: Two, builds: list[Tile]
) -> None:
    """Of hours that begin after the servers it is known from the first fix on where each way is."""
    key = make_key(world.url, "commander")
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    end = begin + timedelta(hours=2)
    asked = {"datetime": f"{begin:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"}
    away = (HERE[0] + 0.1, HERE[1])
    put_walk(world, begin)
    put_walk(world, begin, away, device="B")
    there = tile_at(*away, 14)
    for at in (TILE, there):
        await until_drawn(two, ["W1"], "tracks", at, key, **asked)
    (etag,) = {(await each.get("tracks", TILE, key, **asked)).headers["etag"] for each in two}
    other = (await two[0].get("tracks", there, key, **asked)).headers["etag"]
    put_walk(world, begin + timedelta(minutes=4), away, device="B")
    write(world, "select keep_track_lines(500)")
    for minutes, process in zip((8, 12), two, strict=True):
        await process.state.changes.caught_up()
        assert (await process.get("tracks", there, key, **asked)).headers["etag"] != other
        answer = await process.get("tracks", TILE, key, etag, **asked)
        # It was kept anew, as its own line was due: what is drawn is the same.
        assert answer.status_code == 304
        put_walk(world, begin + timedelta(minutes=minutes), away, device="B")
        await process.state.changes.caught_up()
        builds.clear()
        assert (await process.get("tracks", TILE, key, etag, **asked)).status_code == 304
        assert builds == []


async def test_as_lines_are_kept_all_draw_what_is_kept(
    world: World, two: Two, builds: list[Tile]
) -> None:
    key = make_key(world.url, "commander")
    write(world, "select position_days(array['2026-03-01']::date[])")
    for device in "AB":
        put_walk(world, DAY, device=device)
    at = tile_at(*HERE, 12)  # where they are drawn more coarsely than the fixes
    await until_drawn(two, ["W1"], "tracks", at, key, **MORNING)
    write(world, "select keep_track_lines(500)")
    builds.clear()
    for process in two:
        for _ in range(200):
            await body(process, key, at, **MORNING)
            if len(builds) >= 2:
                break
    assert len({await body(each, key, at, **MORNING) for each in two}) == 1


async def test_what_is_two_hours_old_leaves_with_the_minute(
    world: World, two: Two, builds: list[Tile], minute: list[datetime]
) -> None:
    """By time alone: nobody writes anything, and within a minute nothing is built."""
    key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
    begin = minute[0] - timedelta(hours=2) + timedelta(seconds=30)
    put_walk(world, begin)
    await until_drawn(two, ["W1"], "tracks", tile, key)
    (etag,) = {(await each.get("tracks", tile, key)).headers["etag"] for each in two}
    builds.clear()
    for process in two:
        assert (await process.get("tracks", tile, key, etag)).status_code == 304
    assert builds == []
    minute[0] += timedelta(minutes=1)  # what began before is cut off
    fewer = {(await each.get("tracks", tile, key)).headers["etag"] for each in two}
    assert len(fewer) == 1
    assert etag not in fewer
    minute[0] += timedelta(minutes=10)
    await until_drawn(two, [], "tracks", tile, key)


async def test_who_may_know_of_the_tracks_is_whom_they_are_told(world: World, two: Two) -> None:
    key = make_key(world.url, "supervisor", grid=GRID)
    write(world, "select position_days(array['2026-03-01']::date[])")
    put_walk(world, DAY)
    for statement, codes in (
        ("select", []),
        (GIVEN, ["W1"]),
        ("update position set grid_id = null, area_id = null", []),
        (FOUND, ["W1"]),
        ("delete from grid_worker", []),
    ):
        write(world, statement)
        await until_drawn(two, codes, "tracks", TILE, key, **MORNING)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from position",
        "truncate position",
        "select drop_positions_of('2026-03-01')",
        "update position set rejected_for = 'jump'",
        "update position set worker_id = null",
        "update position set time = time + interval '5 hours'",
        "update position set geom = st_translate(geom, 0.3, 0)",
    ],
)
@pytest.mark.parametrize("is_kept", [True, False])
async def test_whoever_takes_them_away(
    world: World, two: Two, statement: str, *, is_kept: bool
) -> None:
    key = make_key(world.url, "commander")
    write(world, "select position_days(array['2026-03-01']::date[])")
    put_walk(world, DAY)
    if is_kept:
        write(world, "select keep_track_lines(500)")
    await until_drawn(two, ["W1"], "tracks", TILE, key, **MORNING)
    write(world, statement)
    await until_drawn(two, [], "tracks", TILE, key, **MORNING)


async def test_of_one_worker_the_same_holds(
    world: World, two: Two, builds: list[Tile], minute: list[datetime]
) -> None:
    key, asked = make_key(world.url, "commander"), {"code": "W1"}
    put(world, THERE, minute[0] - timedelta(minutes=5))
    # He moves: who stood has no line of his own, but for what joins it to the district's fixes.
    put(world, (THERE[0] + 1e-4, THERE[1]), minute[0] - timedelta(minutes=4))
    tile = tile_at(*THERE, 16)
    await until_drawn(two, ["W1"], "tracks", tile, key, **asked)
    for process in two:
        etag = (await process.get("tracks", tile, key, **asked)).headers["etag"]
        builds.clear()
        assert (await process.get("tracks", tile, key, etag, **asked)).status_code == 304
        assert builds == []
    minute[0] += timedelta(hours=3)
    await until_drawn(two, [], "tracks", tile, key, **asked)
