"""Whatever is written of positions: a tile that is drawn otherwise afterwards has a new version."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, LiteralString

import numpy as np
import psycopg
import pytest

from gis_gov.changes import movement as hearing
from gis_gov.changes.movement import CHANNEL, POSITION, TRACK, Movement
from gis_gov.db.pool import Pool
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.interval import Interval
from gis_gov.settings import Settings
from tests.patrols.drawing import SPAN_S, walks
from tests.patrols.tracks import DAY, SOUTH, WEST, WORLD, add

pytestmark = pytest.mark.anyio

Fix = tuple[str, float, int, float, float]
Key = tuple[str, Tile, Interval | None]

WINDOWS = [
    Interval(DAY + timedelta(seconds=since_s), DAY + timedelta(seconds=until_s))
    for since_s, until_s in ((0, 3 * 3600), (3700, 7200), (7300, 9000.5))
]
DRAW: LiteralString = """
    select tile_{}(t.z, t.x, t.y, %(query)s::json)
    from unnest(%(z)s::integer[], %(x)s::integer[], %(y)s::integer[]) with ordinality
    as t (z, x, y, n)
    order by t.n
"""
REACHES: list[dict[str, Any]] = [{"all": True}, {"grids": [1, 2], "own": 2}]
# Each takes a number.
CHANGES: tuple[LiteralString, ...] = (
    "delete from position where id %% 37 = %s %% 37",
    "update position set time = time + interval '61.0005 s' where id %% 41 = %s %% 41",
    "update position set geom = st_translate(geom, 0.0121, 0.0013) where id %% 41 = %s %% 41",
    "update position set worker_id = nullif(3 - worker_id, 2) where id %% 43 = %s %% 43",
    "update position set area_id = null, grid_id = null where id %% 47 = %s %% 47",
    "update position set rejected_for = 'jump' where id %% 7 = %s %% 7",
    "update position set rejected_for = null where id %% 3 = %s %% 3",
    "select keep_track_lines(1 + %s %% 5)",
    "select keep_track_lines(500 + %s %% 5)",
    "insert into off_shift (worker_id) values (1 + %s %% 2) on conflict do nothing",
    "delete from off_shift where worker_id = 1 + %s %% 2",
    "delete from last_position where worker_id = 1 + %s %% 2",
)


@pytest.fixture
def conn(own_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(own_database_url, autocommit=True) as opened:
        opened.execute(WORLD)
        opened.execute(f"listen {CHANNEL}")  # type: ignore[arg-type]
        yield opened


async def from_before_all(own_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Movement:
    """Make what hears of all from before the day on."""

    async def newest(_conn: Any) -> Any:
        return DAY - timedelta(hours=2)

    monkeypatch.setattr(hearing, "read_newest_track", newest)
    async with Pool(own_database_url, Settings()) as pool:
        movement = Movement(pool, lambda: 1)
        await movement.hear("")
    return movement


def drives(seed: int) -> list[Fix]:
    """Some 600 fixes of two cars that go far in three hours, and hardly ever straight on."""
    chance = np.random.default_rng(seed)
    fixes = list[Fix]()
    for device, worker in (("A", 1), ("B", 2)):
        at_s, lon, lat = chance.uniform(0, 60), WEST + 0.01, SOUTH + 0.02
        while at_s < SPAN_S:
            fixes.append((device, round(at_s, 3), worker, round(lon, 7), round(lat, 7)))
            at_s += float(chance.choice([20, 30, 60, 290, 310], p=[0.3, 0.35, 0.31, 0.02, 0.02]))
            lon, lat = lon + chance.uniform(0, 0.004), lat + chance.normal(0, 0.00005)
    return fixes


def tiles_of(fixes: Sequence[Fix]) -> list[Tile]:
    """Return some of the tiles that are on the way, each side of them, too."""
    return list(
        dict.fromkeys(
            Tile(zoom, middle.x, middle.y + zoom % 2)
            for number, fix in enumerate(fixes[:: len(fixes) // 24])
            for zoom in [(12, 14, 14, 15, 16)[number % 5]]
            for middle in [tile_at(*fix[3:], zoom)]
        )
    )


def drawn(conn: psycopg.Connection[Any], tiles: Sequence[Tile]) -> dict[tuple[Key, int], bytes]:
    """Draw each tile for each who may see some of it."""
    found: dict[tuple[Key, int], bytes] = {}
    places = {name: [getattr(tile, name) for tile in tiles] for name in ("z", "x", "y")}
    asked = [("workers", None), *(("tracks", window) for window in WINDOWS)]
    with conn.transaction(force_rollback=True):
        conn.execute("set role gis_gov_app")
        for number, reach in enumerate(REACHES):
            for kind, sees in (("track", reach), ("worker", {"all": True})):
                conn.execute(
                    "select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", json.dumps(sees)]
                )
            for layer, window in asked:
                query = {} if window is None else {
                    "since": str(window.since), "until": str(window.until)
                }  # fmt: skip
                told = {**places, "query": json.dumps(query)}
                rows = conn.execute(DRAW.format(layer), told, binary=True).fetchall()  # type: ignore[arg-type]
                for tile, (body,) in zip(tiles, rows, strict=True):
                    found[(layer, tile, window), number] = body or b""
    return found


def versions(movement: Movement, tiles: Sequence[Tile]) -> dict[Key, tuple[int, int]]:
    found: dict[Key, tuple[int, int]] = {}
    for tile in tiles:
        found["workers", tile, None] = movement.version({POSITION}, tile, None)
        for window in WINDOWS:
            found["tracks", tile, window] = movement.version({TRACK}, tile, window)
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("made", [walks, drives])
async def test_no_tile_that_changes_keeps_its_version(
    conn: psycopg.Connection[Any],
    own_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[[int], list[Fix]],
    seed: int,
) -> None:
    movement = await from_before_all(own_database_url, monkeypatch)
    chance = np.random.default_rng(seed)
    fixes = made(seed)
    tiles = tiles_of(fixes)
    late = chance.uniform(0, 1, len(fixes)) < 0.2
    sent_at = [fix[1] + (chance.exponential(3000) if is_late else 0)
               for fix, is_late in zip(fixes, late, strict=True)]  # fmt: skip
    order = [fixes[n] for n in np.argsort(sent_at)]
    before, old = drawn(conn, tiles), versions(movement, tiles)
    changed_in_all = unchanged = first = 0
    for _ in range(20):
        size = int(chance.choice([1, 1, 2, 10, 40, 80]))
        if first < len(order):
            add(conn, order[first : first + size])
        first += size
        if chance.integers(0, 3) == 0:
            conn.execute(CHANGES[chance.integers(len(CHANGES))], [int(chance.integers(500))])
        for notice in conn.notifies(timeout=0.02):
            await movement.hear(notice.payload)
        after, new = drawn(conn, tiles), versions(movement, tiles)
        changed = {key for key, reader in before if before[key, reader] != after[key, reader]}
        assert {key for key in changed if new[key] == old[key]} == set()
        changed_in_all += len(changed)
        unchanged += sum(new[key] == old[key] for key in new)
        before, old = after, new
    assert changed_in_all > 40
    assert unchanged > 300, "many tiles are far from what was written"


async def test_the_next_hour_s_line_changes_with_where_it_begins(
    conn: psycopg.Connection[Any], own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far from there, too: which of its corners are drawn hangs on all of it."""
    movement = await from_before_all(own_database_url, monkeypatch)
    north = SOUTH + 0.02
    corner = 1.7e-5  # not drawn at zoom 14 while what is beside it lies on a straight line
    way = [(0.004 * n, corner if n == 25 else 0) for n in range(51)]
    # From the north-east: the box of the hour before holds the corner, though no fix is near.
    before_it = [(0.12 - 0.008 * n, 0.08) for n in range(16)]
    before_it += [(-0.004, 0.08 - 0.008 * n) for n in range(11)]
    places = [*before_it, *way]
    seconds = [3580 - 20 * (26 - n) for n in range(27)] + [3600 + 10 * n for n in range(51)]
    for at_s, (lon, lat) in zip(seconds, places, strict=True):  # or a box would be told
        add(conn, [("A", float(at_s), 1, WEST + lon, north + lat)])
    conn.execute("select keep_track_lines(500)")
    tile, whole = tile_at(WEST + 0.1, north, 14), WINDOWS[0]
    key = "tracks", tile, whole

    async def now() -> tuple[bytes, tuple[int, int]]:
        for notice in conn.notifies(timeout=0.1):
            await movement.hear(notice.payload)
        return drawn(conn, [tile])[key, 0], versions(movement, [tile])[key]

    before, old = await now()
    add(conn, [("A", 3590.0, 1, WEST - 0.004, north - corner)])
    after, new = await now()
    assert before != after
    assert new > old
