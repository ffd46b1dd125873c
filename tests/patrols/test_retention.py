"""Positions are kept for so many days, patrols for longer, and nobody waits for what goes."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

from gis_gov.days import day_of, start_of, today
from gis_gov.db.pool import Pool
from gis_gov.patrols import retention
from gis_gov.patrols.patrol_keeper import PatrolKeeper
from gis_gov.patrols.retention import StillUsed
from gis_gov.patrols.retention_keeper import RetentionKeeper
from gis_gov.settings import Settings
from tests.accounts.people import slug
from tests.cli.process import gis_gov, refusal
from tests.patrols.test_patrols import walk
from tests.registry.conftest import entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m, received_at)
    values (%s, %s, %s, st_point(%s, %s, 4490), %s, %s)
"""
FIGURES: LiteralString = """
    select p.code, p.day, p.fixes, p.valid_mileage_m, p.version, st_astext(p.geom)
    from patrol as p order by p.day, p.code
"""
PARTITIONS: LiteralString = """
    select to_date(right(c.relname, 8), 'YYYYMMDD')
    from pg_inherits as i inner join pg_class as c on i.inhrelid = c.oid
    where i.inhparent = 'position'::regclass and c.relname ~ '[0-9]{8}$' order by 1
"""


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def rows(url: str, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        cursor = conn.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def put_walk(
    url: str, begin: datetime, worker: int = 1, received_at: datetime | None = None
) -> None:
    """Write a walk as it came at its time, or was loaded at another."""
    with psycopg.connect(url) as conn:
        conn.execute("select position_days(array[%s, %s]::date[])", [day_of(begin)] * 2)
        for each in walk(begin, 600):
            at = datetime.fromisoformat(each["time"])
            place = (each["lon"], each["lat"], each["accuracy_m"])
            conn.execute(PUT, [f"d{worker}", at, worker, *place, received_at or at])


@pytest.fixture
async def pool(people_url: str) -> AsyncIterator[Pool]:
    async with Pool(people_url, Settings()) as opened:
        yield opened


@pytest.fixture
async def kept(people_url: str, pool: Pool) -> list[tuple[Any, ...]]:
    """Walks of some days, and the patrols that they are."""
    for days in (100, 91, 90, 1):
        put_walk(people_url, start_of(ago(days)) + timedelta(hours=8))
    put_walk(people_url, start_of(ago(95)) + timedelta(hours=8), worker=2)
    await PatrolKeeper(pool, 0).keep()
    rows(people_url, "select keep_track_lines(1000)")
    figures = rows(people_url, FIGURES)
    assert [row[1] for row in figures] == [ago(days) for days in (100, 95, 91, 90, 1)]
    return figures


def lines(url: str) -> set[date]:
    return {day_of(at) for (at,) in rows(url, "select hour_at from track_line")}


async def test_old_days_go_with_their_lines_and_patrols_stay(
    people_url: str, pool: Pool, kept: list[tuple[Any, ...]]
) -> None:
    keeper = RetentionKeeper(pool, Settings())
    assert lines(people_url) == {ago(days) for days in (100, 95, 91, 90, 1)}
    await keeper.keep()
    assert rows(people_url, PARTITIONS) == [(ago(90),), (ago(1),)]
    assert lines(people_url) == {ago(90), ago(1)}
    assert rows(people_url, FIGURES) == kept
    assert rows(people_url, "select worker_id from last_position") == [(1,)]
    dropped = [ago(days) for days in (100, 95, 91)]
    assert rows(people_url, "select day from dropped_day order by 1") == [(d,) for d in dropped]
    assert rows(people_url, "select count(*) from dropped_day where forgotten_at is null") == [(0,)]
    assert rows(people_url, "select count(*) from patrol_due where day < %s", ago(90)) == [(0,)]
    audit = [code for _, code, _, _ in entries(people_url, "position.drop")]
    assert audit == [str(day) for day in dropped]
    await keeper.keep()
    assert len(entries(people_url, "position.drop")) == 3


async def test_what_is_dropped_is_not_made_anew_of_nothing(
    people_url: str, pool: Pool, kept: list[tuple[Any, ...]]
) -> None:
    # One that was started goes on over the midnight up to which is dropped.
    begins, ends = (
        start_of(ago(90)) - timedelta(minutes=10),
        start_of(ago(90)) + timedelta(minutes=9),
    )
    put_walk(people_url, start_of(ago(90)) - timedelta(minutes=5))
    rows(
        people_url,
        "insert into patrol (code, worker_id, day, is_detected, is_open, begins_at, ends_at)"
        " values ('W1-night', 1, %s, false, false, %s, %s)",
        ago(91),
        begins,
        ends,
    )
    await PatrolKeeper(pool, 0).keep()
    before = rows(people_url, FIGURES)
    assert len(before) == len(kept) + 1
    assert min(row[2] for row in before) > 40
    await RetentionKeeper(pool, Settings()).keep()
    late = start_of(ago(91)) + timedelta(hours=10)
    put_walk(people_url, late)
    put_walk(people_url, start_of(ago(90)) + timedelta(hours=12))
    for days in (100, 95, 91, 90):
        rows(
            people_url,
            "insert into patrol_due (worker_id, day) select w.id, %s from worker as w",
            ago(days),
        )
    await PatrolKeeper(pool, 0).keep()
    after = rows(people_url, FIGURES)
    assert [row for row in after if row in before] == before
    # The day that is kept is made anew as ever.
    assert [row[1] for row in after if row not in before] == [ago(90)]
    assert rows(people_url, "select count(*) from patrol_due") == [(0,)]


async def test_what_was_loaded_of_former_times_is_kept_since_then(
    people_url: str, pool: Pool
) -> None:
    for days, loaded in ((200, 91), (150, 30)):
        received_at = datetime.now(UTC) - timedelta(days=loaded)
        put_walk(people_url, start_of(ago(days)) + timedelta(hours=8), received_at=received_at)
    await RetentionKeeper(pool, Settings()).keep()
    assert rows(people_url, PARTITIONS) == [(ago(150),)]


async def test_who_reads_or_writes_does_not_wait_for_long(
    people_url: str, pool: Pool, kept: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TRIES", 2)
    monkeypatch.setattr(retention, "AGAIN_S", (0.1, 0.1))
    keeper = RetentionKeeper(pool, Settings())
    waited_s = list[float]()
    with psycopg.connect(people_url) as reader:
        reader.execute("select count(*) from position")
        running = asyncio.create_task(keeper.keep())
        await asyncio.sleep(0.2)
        while not running.done():
            begun = time.perf_counter()
            async with await psycopg.AsyncConnection.connect(people_url) as conn:
                await conn.execute("select count(*) from position")
            waited_s.append(time.perf_counter() - begun)
        with pytest.raises(StillUsed):
            await running
    assert max(waited_s) < 5
    assert len(rows(people_url, PARTITIONS)) == len(kept)
    assert not entries(people_url, "position.drop")
    await keeper.keep()
    assert len(rows(people_url, PARTITIONS)) == 2


async def test_patrols_go_much_later(
    people_url: str, pool: Pool, kept: list[tuple[Any, ...]]
) -> None:
    await RetentionKeeper(pool, Settings(patrols_kept_days=95)).keep()
    assert [row[1] for row in rows(people_url, FIGURES)] == [ago(n) for n in (95, 91, 90, 1)]
    told = [(result, detail) for result, _, _, detail in entries(people_url, "patrol.drop")]
    assert told == [("ok", {"before": str(ago(95)), "rows": 1})] * 2
    assert rows(people_url, "select count(*) from patrol_grid") != [(0,)]
    await RetentionKeeper(pool, Settings(positions_kept_days=0, patrols_kept_days=0)).keep()
    assert len(rows(people_url, FIGURES)) == len(kept) - 1


@pytest.mark.parametrize("days", [0, 6])
async def test_the_server_drops_nothing_that_is_young(pool: Pool, days: int) -> None:
    from gis_gov.db.scope import SYSTEM  # noqa: PLC0415 - of this test alone

    async with pool.connection(SYSTEM) as conn:
        with pytest.raises(errors.RaiseException):
            await conn.execute("select expire_positions(%s)", [ago(days)])
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute("drop table position_default")


def test_settings_that_contradict_each_other_are_refused() -> None:
    for wrong in (
        {"positions_kept_days": 6},
        {"positions_kept_days": 401},
        {"positions_kept_days": 90, "patrols_kept_days": 89},
        {"positions_kept_days": 0, "patrols_kept_days": 1095},
    ):
        with pytest.raises(ValueError, match=r"(?i)kept_days"):
            Settings(**wrong)  # type: ignore[arg-type]


async def test_the_record_of_a_patrol_says_that_it_is_gone(
    signed_in: Client, people_url: str, pool: Pool, kept: list[tuple[Any, ...]]
) -> None:
    commander = await signed_in("commander")
    code = kept[0][0]
    assert (await commander.get(f"/patrols/{code}/positions")).status_code == 200
    await RetentionKeeper(pool, Settings()).keep()
    answer = await commander.get(f"/patrols/{code}/positions")
    assert (answer.status_code, slug(answer)) == (410, "positions-dropped")
    told = (await commander.get(f"/patrols/{code}")).json()
    assert (told["fixes"], told["version"]) == (kept[0][2], kept[0][4])
    assert told["valid_mileage_m"] == pytest.approx(kept[0][3])
    late = {"time": start_of(ago(91)).isoformat(), "lon": 113.15, "lat": 22.05}
    gateway = await signed_in("gateway")
    answer = await gateway.post("/positions", json={"worker": "W1", "positions": [late]})
    assert answer.json()["refused"] == [{"index": 0, "reason": "too_old"}]


def test_the_command_says_what_it_would_drop_and_drops_it(people_url: str) -> None:
    put_walk(people_url, start_of(ago(95)) + timedelta(hours=8))
    put_walk(people_url, start_of(ago(40)) + timedelta(hours=8))
    command = ("position", "purge")
    site = {"GIS_GOV_DATABASE_URL": people_url}
    done = gis_gov(*command, "--dry-run", **site)
    assert f"would drop the positions of {ago(95)}, and 0 patrols" in done.stderr
    assert len(rows(people_url, PARTITIONS)) == 2
    done = gis_gov(*command, "--before", ago(30), "--reason", "end of the trial", **site)
    assert done.returncode == 0, done.stderr
    assert f"dropped the positions of 2 days, {ago(95)} to {ago(40)}" in done.stderr
    assert rows(people_url, PARTITIONS) == []
    reasons = [(code, reason) for _, code, reason, _ in entries(people_url, "position.drop")]
    assert reasons == [(str(ago(95)), "end of the trial"), (str(ago(40)), "end of the trial")]
    assert "last 7 days" in refusal(gis_gov(*command, "--before", ago(2), **site))
