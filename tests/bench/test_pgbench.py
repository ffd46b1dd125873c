"""pgbench asks bare SQL about the same places, and its log tells what an answer took."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from gis_gov.bench.http import Broken
from gis_gov.bench.pgbench import (
    TICK_S,
    PgbenchContender,
    Program,
    environment,
    find_pgbench,
    read_log,
    script,
)
from gis_gov.db import cluster_programs
from tests.missing import skip_without


@pytest.fixture
def program() -> Program:
    found = find_pgbench()
    if found is None:
        skip_without("pgbench is not installed")
    return found


@asynccontextmanager
async def asked(
    program: Program, url: str, query: str, parameters: Sequence[Mapping[str, object]] = ({},)
) -> AsyncGenerator[PgbenchContender]:
    contender = PgbenchContender(program, url, query, parameters)
    try:
        yield contender
    finally:
        await contender.close()


async def test_each_place_is_asked_about_and_no_other(
    program: Program, own_database_url: str
) -> None:
    places = [{"lon": 113 + n / 7, "n": n} for n in range(11)]
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        conn.execute("create table seen (lon float8, n integer)")
        query = "insert into seen values (%(lon)s::float8, %(n)s)"
        async with asked(program, own_database_url, query, places) as contender:
            assert await contender.first() > 0
            assert len((await contender.drive(2, 0.4, 4_000)).times_s) > 20
        seen = conn.execute("select n, lon from seen group by n, lon order by n").fetchall()
    assert [n for n, _ in seen] == list(range(11))
    assert [lon for _, lon in seen] == pytest.approx([place["lon"] for place in places], abs=1e-9)


async def test_places_are_asked_about_in_turn_by_one_slice_after_the_other(
    program: Program, own_database_url: str
) -> None:
    places = [{"n": n} for n in range(7)]
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        conn.execute("create table seen (at serial, n integer)")
        query = "insert into seen (n) values (%(n)s)"
        async with asked(program, own_database_url, query, places) as contender:
            for _ in range(3):
                await contender.drive(1, 0.4, 16)
        in_turn = [n for (n,) in conn.execute("select n from seen order by at")]
        assert in_turn == [number % 7 for number in range(len(in_turn))]
        assert len(in_turn) > 30
        conn.execute("truncate seen")
        async with asked(program, own_database_url, query, places) as contender:
            await contender.drive(3, 0.4, 7 * 12)
        counts = conn.execute("select count(*) from seen group by n").fetchall()
    assert len(counts) == 7
    # Each of the three asks one question more, to get warm.
    assert all(11 <= count <= 14 for (count,) in counts)


async def test_what_is_the_same_for_all_questions_may_be_any_value(
    program: Program, own_database_url: str
) -> None:
    since = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    query = "select 1 / (%(since)s = timestamptz '2026-03-04 13:06+08' and 7 %% 4 = %(n)s)::integer"
    async with asked(program, own_database_url, query, [{"since": since, "n": 3}]) as contender:
        assert await contender.first() > 0


async def test_times_are_those_of_the_answers(program: Program, own_database_url: str) -> None:
    async with asked(program, own_database_url, "select pg_sleep(0.05)") as contender:
        assert 0.05 <= await contender.first() < 1
        found = await contender.drive(3, 0.3, 10_000)
        assert len(found.times_s) >= 3
        assert min(found.times_s) >= 0.05
        assert len(found.times_s) / found.taken_s <= 3 / 0.05
        few = await contender.drive(2, 0.4, 4)
        assert len(few.times_s) <= 4


async def test_asked_twice_it_answers_on_one_connection(
    program: Program, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        conn.execute("create table seen (pid integer, n integer)")
        query = "insert into seen values (pg_backend_pid(), %(n)s)"
        async with asked(program, own_database_url, query, [{"n": 7}]) as contender:
            assert min(await contender.twice()) > 0
        seen = conn.execute("select pid, n from seen").fetchall()
    assert len(seen) == 2
    assert len(set(seen)) == 1


async def test_an_answer_that_is_under_way_at_the_end_counts(
    program: Program, own_database_url: str
) -> None:
    async with asked(program, own_database_url, "select pg_sleep(0.8)") as contender:
        found = await contender.drive(2, 1, 10_000)
        # The first one on each connection is left out; the second ended after the second was over.
        assert len(found.times_s) == 2
        assert min(found.times_s) >= 0.8
    async with asked(program, own_database_url, "select pg_sleep(1.3)") as contender:
        assert len((await contender.drive(2, 1, 10_000)).times_s) == 2


async def test_what_connections_need_to_get_warm_is_no_part_of_the_rate(
    program: Program, own_database_url: str
) -> None:
    """The first answer of each connection takes half a second, all later ones nothing."""
    slow = "select pg_sleep(0.5) from set_config('bench.warm', '1', false) where {} is null"
    query = slow.format("nullif(current_setting('bench.warm', true), '')")
    async with asked(program, own_database_url, query) as contender:
        assert await contender.first() >= 0.5
        found = await contender.drive(4, 1, 10_000)
        assert 0.4 <= found.taken_s < 2.5
        assert max(found.times_s) < 0.4
        assert len(found.times_s) / found.taken_s > 100


async def test_a_question_that_fails_is_told(program: Program, own_database_url: str) -> None:
    async with asked(program, own_database_url, "select 1 / 0") as contender:
        with pytest.raises(Broken, match="division by zero"):
            await contender.first()
        with pytest.raises(Broken, match="division by zero"):
            await contender.drive(2, 1, 10)


async def test_it_may_see_everything(program: Program, own_database_url: str) -> None:
    reach = "current_setting('gis_gov.reach_person')::json ->> 'all'"
    query = f"select 1 / ({reach})::boolean::integer"
    async with asked(program, own_database_url, query) as contender:
        assert await contender.first() > 0


def test_an_answer_within_a_tick_of_the_clock_took_a_tick(tmp_path: Path) -> None:
    (tmp_path / "log1.4711").write_text("0 1 0 0 1790000000 5\n0 2 250 0 1790000000 255\n")
    assert [each.time_s for each in read_log(tmp_path / "log1")] == [TICK_S, 0.00025]


def test_options_of_a_url_stay() -> None:
    told = environment("postgresql://u:secret@h/d?options=-c%20work_mem%3D8MB")
    assert told["PGOPTIONS"].startswith("-c work_mem=8MB -c gis_gov.reach_")
    assert told["PGPASSWORD"] == "secret"


def test_a_text_that_differs_is_refused() -> None:
    with pytest.raises(TypeError, match="numbers only"):
        script("select %(x)s", [{"x": "a"}, {"x": "b"}])


def test_it_is_none_where_there_is_no_pgbench(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster_programs, "_DEBIAN_PROGRAMS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_pgbench() is None
