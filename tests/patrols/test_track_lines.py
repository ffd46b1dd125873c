"""The lines of tracks that are kept are those that the fixes make, however they are written."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, LiteralString, TypeVar

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely

from gis_gov.app import create_app
from gis_gov.db.pool import Pool
from gis_gov.geo.tile import tile_at
from gis_gov.patrols.line_keeper import LineKeeper
from gis_gov.settings import Settings
from tests.patrols.tracks import (
    DAY,
    KEEP,
    SOUTH,
    WEST,
    WORLD,
    add,
    expected,
    keep_all,
    kept,
)
from tests.signed_in import unhurried
from tests.waiting import until

Drawn = TypeVar("Drawn")
SPAN_S = 3 * 3600
WINDOWS_S = ((0, SPAN_S), (1234.5, 9000.25), (3600, 7200), (4000, 4300), (3700, 3750))


@pytest.fixture
def conn(own_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(own_database_url, autocommit=True) as opened:
        opened.execute(WORLD)
        for kind in ("track", "worker"):
            opened.execute(
                "select set_config(%s, %s, false)", [f"gis_gov.reach_{kind}", '{"all": true}']
            )
        yield opened


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


def by_lines_and_fixes(draw: Callable[[], Drawn], conn: psycopg.Connection[Any]) -> list[Drawn]:
    """Draw as one who may follow everybody, by the lines, and as one who is drawn by the fixes.

    The owner is under no policy, and without a reach is drawn by the fixes.
    """
    conn.execute("set role gis_gov_app")
    by_lines = draw()
    conn.execute("reset role")
    conn.execute("select set_config('gis_gov.reach_track', '', false)")
    by_fixes = draw()
    conn.execute("select set_config('gis_gov.reach_track', '{\"all\": true}', false)")
    return [by_lines, by_fixes]


def assert_drawn_alike(conn: psycopg.Connection[Any]) -> None:
    """Compare what is drawn by the lines with what is drawn by the fixes alone."""
    for zoom, span in itertools.product((13, 14, 16), WINDOWS_S):
        by_lines, by_fixes = by_lines_and_fixes(partial(drawn, conn, zoom, *span), conn)
        assert by_lines == by_fixes, (zoom, span)
    for span in WINDOWS_S:
        found = by_lines_and_fixes(partial(features_of, conn, 12, *span), conn)
        by_lines, by_fixes = map(shapes_of, found)
        assert by_lines.is_empty == by_fixes.is_empty
        if not by_fixes.is_empty:  # each is simplified by four units, the kept ones twice
            assert by_lines.hausdorff_distance(by_fixes) < 10, span


def shapes_of(features: list[dict[str, Any]]) -> shapely.GeometryCollection:
    return shapely.GeometryCollection(
        [shapely.geometry.shape(each["geometry"]) for each in features]
    )


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_and_any_batches(conn: psycopg.Connection[Any], seed: int) -> None:
    chance = np.random.default_rng(100 + seed)
    fixes = walks(seed)
    # Most come in time, and some hours later.
    late = chance.uniform(0, 1, len(fixes)) < 0.2
    sent_at = [fix[1] + (chance.exponential(3000) if is_late else 0)
               for fix, is_late in zip(fixes, late, strict=True)]  # fmt: skip
    order = [fixes[n] for n in np.argsort(sent_at)]
    first = 0
    while first < len(order):
        size = int(chance.integers(1, 60))
        add(conn, order[first : first + size])
        first += size
        change = chance.integers(0, 6)
        if change == 0:
            conn.execute("delete from position where id %% 37 = %s", [int(chance.integers(37))])
        elif change == 1:
            conn.execute(
                "update position set time = time + interval '61.0005 s',"
                " geom = st_translate(geom, 0.0001, 0) where id %% 41 = %s",
                [int(chance.integers(41))],
            )
        elif change == 2:
            conn.execute(
                "update position set worker_id = nullif(3 - worker_id, 2) where id %% 43 = %s",
                [int(chance.integers(43))],
            )
        if chance.integers(0, 2):
            conn.execute(KEEP, [int(chance.integers(1, 4))])
        if chance.integers(0, 6) == 0:
            assert_drawn_alike(conn)
    keep_all(conn)
    assert kept(conn) == expected(conn)
    assert len(kept(conn)) > 20
    assert_drawn_alike(conn)
    assert len(drawn(conn, 13, 0, SPAN_S)) > 5


GLITCH = [
    (3480.0, 0.02, 0.02),
    (3490.0, 0.0201, 0.02),
    (3500.0, 0.0401, 0.02),  # two kilometres off, for a moment
    (3510.0, 0.0203, 0.0205),
    (3520.0, 0.0204, 0.0205),
]


@pytest.mark.parametrize("later_s", [0.0, 90.0, 100.0, 110.0])
@pytest.mark.parametrize("is_kept", [True, False])
def test_over_what_is_out_of_sight_nothing_is_joined(
    conn: psycopg.Connection[Any], later_s: float, *, is_kept: bool
) -> None:
    add(conn, [("A", at_s + later_s, 1, WEST + lon, SOUTH + lat) for at_s, lon, lat in GLITCH])
    if is_kept:
        keep_all(conn)
    conn.execute("set role gis_gov_app")
    features = features_of(conn, 16, 0, SPAN_S)
    # The hour's turn may lie within one of the lines, whose leg is the later hour's then.
    legs = [each["geometry"]["coordinates"] for each in features]
    assert [len(points) for points in legs] == [2, 2]
    assert_drawn_alike(conn)


def test_what_changes_no_line_is_not_due(conn: psycopg.Connection[Any]) -> None:
    add(conn, walks(1))
    keep_all(conn)
    conn.execute("update position set cell = 1, accuracy_m = 5")
    conn.execute(
        "update grid set geom = st_multi(st_makeenvelope(113.30, 22.94, 113.305, 22.98, 4490))"
        " where id = 0"
    )
    assert conn.execute("select from track_due").rowcount == 0


def test_fixes_that_nobody_made_are_in_no_line(conn: psycopg.Connection[Any]) -> None:
    conn.execute(
        "insert into position (device, time, geom) values ('A', %s, st_point(113.31, 22.95, 4490))",
        [DAY],
    )
    assert conn.execute("select from track_due").rowcount == 0


@pytest.mark.parametrize(
    "removal", ["truncate position", "delete from position", "delete from worker"]
)
def test_what_is_removed_leaves_no_line(
    conn: psycopg.Connection[Any], removal: LiteralString
) -> None:
    add(conn, walks(2))
    keep_all(conn)
    assert kept(conn)
    if removal.endswith("worker"):
        conn.execute("truncate last_position")
        conn.execute("update position set worker_id = null")
    conn.execute(removal)
    keep_all(conn)
    assert kept(conn) == []


def test_writers_at_once_that_commit_late(
    own_database_url: str, conn: psycopg.Connection[Any]
) -> None:
    fixes = walks(3)
    done = threading.Event()

    def write(part: int) -> None:
        chance = np.random.default_rng(part)
        mine = fixes[part::3]
        with psycopg.connect(own_database_url) as writer:
            for first in range(0, len(mine), 7):
                add(writer, mine[first : first + 7])
                if chance.integers(0, 3) == 0:
                    writer.commit()

    def keep() -> None:
        with psycopg.connect(own_database_url, autocommit=True) as keeper:
            while not done.is_set():
                keeper.execute(KEEP, [5])

    writers = [threading.Thread(target=write, args=[part]) for part in range(3)]
    keepers = [threading.Thread(target=keep) for _ in range(2)]
    for thread in (*writers, *keepers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in keepers:
        thread.join()
    keep_all(conn)
    assert kept(conn) == expected(conn)
    assert sum(len(line[2]) for line in kept(conn)) == len(fixes)


@pytest.mark.anyio
async def test_a_server_keeps_them(own_database_url: str, conn: psycopg.Connection[Any]) -> None:
    app = create_app(unhurried().with_database(own_database_url))
    async with app.router.lifespan_context(app):
        add(conn, walks(4))
        await until(lambda: conn.execute("select from track_due").rowcount == 0)
    assert kept(conn) == expected(conn)


TOO_MUCH: LiteralString = """
    create function too_much() returns trigger language plpgsql as $$
    begin
        if (select count(distinct (n.device, n.hour_at)) from new_rows as n) > 2 then
            raise query_canceled;
        end if;
        return null;
    end
    $$;
    create trigger too_much after insert on track_line
    referencing new table as new_rows for each statement execute function too_much();
"""


@pytest.mark.anyio
async def test_what_is_too_much_at_once_is_made_by_parts(
    own_database_url: str, conn: psycopg.Connection[Any]
) -> None:
    conn.execute(TOO_MUCH)
    add(conn, walks(5))
    async with Pool(own_database_url, Settings()) as pool:
        keeper, failures = LineKeeper(pool), 0
        while conn.execute("select from track_due").rowcount:
            try:
                await keeper.keep()
            except psycopg.errors.QueryCanceled:
                failures += 1
                assert failures < 20
    assert failures > 3
    assert kept(conn) == expected(conn)
