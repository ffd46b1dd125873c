"""The lines of tracks that are kept are those that the fixes make, however they are written."""

import threading
from collections.abc import Iterator
from typing import Any, LiteralString

import numpy as np
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.db.pool import Pool
from gis_gov.patrols.line_keeper import LineKeeper
from gis_gov.settings import Settings
from tests.patrols.drawing import SPAN_S, assert_drawn_alike, drawn, features_of, walks
from tests.patrols.tracks import DAY, KEEP, SOUTH, WEST, WORLD, add, expected, keep_all, kept
from tests.signed_in import unhurried
from tests.waiting import until


@pytest.fixture
def conn(own_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(own_database_url, autocommit=True) as opened:
        opened.execute(WORLD)
        for kind in ("track", "worker"):
            opened.execute(
                "select set_config(%s, %s, false)", [f"gis_gov.reach_{kind}", '{"all": true}']
            )
        yield opened


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
        elif change == 3:
            conn.execute(
                "update position set rejected_for = case when id %% 2 = 0 then 'jump' end"
                " where id %% 13 = %s",
                [int(chance.integers(13))],
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


def test_fixes_that_nobody_made_or_that_do_not_count_are_in_no_line(
    conn: psycopg.Connection[Any],
) -> None:
    conn.execute(
        "insert into position (device, time, worker_id, rejected_for, geom)"
        " select w.device, %s, w.worker_id, w.rejected_for, st_point(113.31, 22.95, 4490)"
        " from (values ('A', null, null), ('B', 1, 'jump'))"
        " as w (device, worker_id, rejected_for)",
        [DAY],
    )
    conn.execute("update position set rejected_for = 'speed' where rejected_for is not null")
    assert conn.execute("delete from position").rowcount == 2
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
