"""An hour of twenty workers goes into a server: who went is credited, and who cheats is not."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from gis_gov.days import today
from gis_gov.simulation.day import day
from gis_gov.simulation.devices import enter_devices
from gis_gov.simulation.faults.registry import BY_NAME
from gis_gov.simulation.ground import Ground, read_ground
from gis_gov.simulation.plan import Plan, Shift
from gis_gov.simulation.sending import NotTaken, Pace, send
from tests.registry.conftest import running, signed_in, write_people
from tests.signed_in import Client

__all__ = ["running", "signed_in"]
pytestmark = pytest.mark.anyio

AT_ONCE = Pace(0, 0, 0)
PLAN = Plan(today() - timedelta(days=1), length_s=3600.0, told_every_s=60.0)
WORKERS = """
    insert into worker (id, code, name, area_id)
    select n, 'S' || lpad(n::text, 2, '0'), '模拟', 2 + n % 2 from generate_series(1, 20) as n;
    insert into grid_worker (grid_id, worker_id, role, valid_from)
    select 1 + id % 2, id, 'worker', '2020-01-01' from worker;
"""


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_people(own_database_url)
    with psycopg.connect(own_database_url) as conn:
        conn.execute(WORKERS)
    return own_database_url


def ground_of(url: str) -> list[Ground]:
    with psycopg.connect(url) as conn:
        return read_ground(conn)


async def credited(signed_in: Client, url: str, shifts: Sequence[Shift]) -> dict[str, Any]:
    """Send what the phones of shifts tell; give the sums of the patrols, and the truth."""
    phones, truths = day(PLAN, shifts)
    with psycopg.connect(url) as conn:
        conn.execute("delete from position")
        enter_devices(conn, phones)
    sent = await send(await signed_in("gateway"), phones, AT_ONCE)
    assert sent.fixes == sum(map(len, phones))
    assert sent.refused == 0
    assert sent.stored + sent.repeated == sent.fixes
    commander = await signed_in("commander")
    found = {}
    for truth in truths:
        asked = {"worker": truth.worker, "limit": 100}
        patrols = (await commander.get("/patrols", params=asked)).json()["patrols"]
        sums = {
            name: sum(each[name] for each in patrols)
            for name in ("mileage_m", "valid_mileage_m", "duration_s", "fixes", "rejected")
        }
        found[truth.worker] = truth, sums
    return found


def reasons_of(url: str, worker: str) -> dict[str, int]:
    """How many fixes of a worker do not count, by the reason on their rows."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select p.rejected_for, count(*) from position as p"
            " inner join worker as w on p.worker_id = w.id"
            " where w.code = %s and p.rejected_for is not null group by 1",
            [worker],
        ).fetchall()
    return dict(rows)


def check_reasons(found: dict[str, int], fault: str | None) -> None:
    """Compare with what has to be found of a phone's 361 fixes, for its own reason and no other."""
    match fault:
        case "mock_provider":
            assert found == {"mock": 361}
        case "frozen":
            assert found == {"frozen": 360}  # the first one counts
        case "two_phones":
            assert found == {"two_places": 181}  # all of the second one
        case "wrong_clock":
            # For seven minutes times are told twice: of each time one fix is kept, and of those
            # which the wrong clock told some are; between what both tell the way is too long.
            assert {"clock_backward"} <= set(found) <= {"clock_backward", "speed"}
            assert 5 < found["clock_backward"] < 42
        case _:
            assert found == {}


async def test_who_goes_is_credited_and_who_cheats_is_not(
    signed_in: Client, people_url: str
) -> None:
    ground = ground_of(people_url)
    assert len(ground) == 20
    faults = ["lying_still", "mock_provider", "frozen", "two_phones", "no_signal", "wrong_clock"]
    modes = ["walk"] * 8 + ["ebike", "ebike", "car", "car", "boat", "boat"]
    shifts = [Shift(each, mode) for each, mode in zip(ground[6:], modes, strict=True)]  # type: ignore[arg-type]
    shifts += [
        Shift(each, fault=BY_NAME[name]) for each, name in zip(ground[:6], faults, strict=True)
    ]
    found = await credited(signed_in, people_url, shifts)
    off = []
    for truth, sums in found.values():
        valid_m = sums["valid_mileage_m"]
        check_reasons(reasons_of(people_url, truth.worker), truth.fault)
        match truth.fault:
            case None:
                off.append(valid_m / truth.true_m - 1)
                assert abs(off[-1]) < 0.08, truth
            case "lying_still" | "mock_provider" | "frozen":
                assert truth.true_m == 0
                assert valid_m < 60, truth
            case "two_phones":
                assert valid_m < 1.08 * truth.true_m
                assert sums["rejected"] > 0.9 * 180
            case _:
                # Minutes without fixes, or told twice, earn nothing; the rest is as it was.
                assert 0.5 * truth.true_m < valid_m < 1.08 * truth.true_m, truth
    assert abs(sum(off) / len(off)) < 0.03


async def test_a_track_that_is_played_again_is_found_and_no_honest_one(
    signed_in: Client, people_url: str
) -> None:
    ground = ground_of(people_url)
    modes = ["walk"] * 6 + ["ebike"] * 3 + ["car"] * 3 + ["boat"] * 2
    shifts = [Shift(each, mode) for each, mode in zip(ground[6:], modes, strict=True)]  # type: ignore[arg-type]
    names = ["replayed", "no_signal", "reordered", "lying_still", "replayed", "duplicated"]
    shifts += [Shift(each, fault=BY_NAME[name]) for each, name in zip(ground, names, strict=False)]
    found = await credited(signed_in, people_url, shifts)
    with psycopg.connect(people_url) as conn:
        rows = conn.execute(
            "select w.code, count(*) from position as p"
            " inner join worker as w on p.worker_id = w.id"
            " where p.rejected_for = 'replayed' group by w.code"
        ).fetchall()
    cheats = {code for code, (truth, _) in found.items() if truth.fault == "replayed"}
    half = round(PLAN.length_s / PLAN.every_s / 2)
    assert dict(rows) == dict.fromkeys(cheats, half)
    for code in cheats:
        truth, sums = found[code]
        assert 0.9 * truth.true_m < sums["valid_mileage_m"] < 1.08 * truth.true_m


async def test_what_comes_late_in_another_order_or_twice_is_as_if_it_had_come_in_time(
    signed_in: Client, people_url: str
) -> None:
    ground = ground_of(people_url)[:9]
    names = ["offline", "reordered", "duplicated"] * 3
    in_time = await credited(signed_in, people_url, [Shift(each) for each in ground])
    late = await credited(
        signed_in,
        people_url,
        [Shift(each, fault=BY_NAME[name]) for each, name in zip(ground, names, strict=True)],
    )
    assert {code: sums for code, (_, sums) in late.items()} == {
        code: sums for code, (_, sums) in in_time.items()
    }
    assert all(sums["valid_mileage_m"] > 500 for _, sums in in_time.values())


async def test_what_a_server_will_never_take_is_told(signed_in: Client, people_url: str) -> None:
    phones, _ = day(PLAN, [Shift(ground_of(people_url)[0])])
    nobody = await signed_in("commander")
    with pytest.raises(ExceptionGroup) as raised:
        await send(nobody, phones, AT_ONCE)
    assert isinstance(raised.value.exceptions[0], NotTaken)
    assert "403" in str(raised.value.exceptions[0])
    # Whoever sent goes on: nothing of the group's end is left on its task.
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0
    async with asyncio.timeout(5):
        await asyncio.sleep(0)


def test_a_pace_says_when_a_moment_of_the_day_is() -> None:
    now_s = time.time()
    assert Pace(60, 1000.0, now_s).wait_s(1600.0) == pytest.approx(10, abs=0.5)
    assert Pace(60, 1000.0, now_s).wait_s(400.0) < 0
    assert Pace(0, 1000.0, now_s).wait_s(1e12) == 0
