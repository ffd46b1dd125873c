"""Fixes that do not count: kept with the reason, and nowhere told as where a worker is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.patrols.test_patrols import MORNING, listed, tell, walk
from tests.signed_in import Client

pytestmark = pytest.mark.anyio


def reasons(url: str) -> dict[str, int]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select coalesce(rejected_for, ''), count(*) from position group by 1"
        ).fetchall()
    return dict(rows)


def last(url: str) -> Any:
    with psycopg.connect(url) as conn:
        return conn.execute("select time from last_position where worker_id = 1").fetchone()


async def test_what_can_t_count_has_its_reason_at_once(signed_in: Client, people_url: str) -> None:
    gateway = await signed_in("gateway")
    now = datetime.now(UTC).replace(microsecond=0)
    good = {"time": (now - timedelta(minutes=2)).isoformat(), "lon": 113.15, "lat": 22.05}
    await tell(
        gateway,
        [
            good,
            good | {"time": (now - timedelta(minutes=1)).isoformat(), "accuracy_m": 80},
            good | {"time": now.isoformat(), "mock": True},
            good | {"time": (now + timedelta(hours=1)).isoformat()},
        ],
    )
    assert reasons(people_url) == {"": 1, "inaccurate": 1, "mock": 1, "time_future": 1}
    assert last(people_url) == (now - timedelta(minutes=2),)


async def test_a_leap_is_found_once_it_is_known_what_came_after(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = walk(MORNING, 1200)
    fixes[50] |= {"lon": 113.19}
    await tell(gateway, fixes)
    (one,) = await listed(commander, worker="W1")
    assert (one["fixes"], one["rejected"]) == (len(fixes) - 1, 1)
    assert one["valid_mileage_m"] == pytest.approx(1200, rel=0.03)
    assert one["mileage_m"] > 15_000
    assert reasons(people_url) == {"": len(fixes) - 1, "jump": 1}


async def test_a_phone_that_says_where_it_is_not_earns_nothing(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    faked = [fix | {"mock": True} for fix in walk(MORNING, 2000)]
    await tell(gateway, faked)
    assert await listed(commander, worker="W1") == []
    assert reasons(people_url) == {"mock": len(faked)}
    assert last(people_url) is None


async def told_as(client: Any, fixes: list[Any], device: str) -> None:
    body = {"worker": "W1", "device": device, "positions": fixes}
    answer = await client.post("/positions", json=body)
    assert answer.status_code == 200, answer.text


def rejected(url: str, reason: str) -> list[Any]:
    """The devices and times of what does not count for a reason."""
    with psycopg.connect(url) as conn:
        return conn.execute(
            "select device, time from position where rejected_for = %s order by time", [reason]
        ).fetchall()


async def test_a_clock_that_was_set_back_is_found_by_the_count_and_by_when_it_sent(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = [fix | {"sequence": n} for n, fix in enumerate(walk(MORNING, 1200))]
    # Two were counted as 70th and 71st, but are of times between the 20th and the 21st.
    early = [MORNING + timedelta(seconds=after_s) for after_s in (203, 206)]
    for number, moment in zip((70, 71), early, strict=True):
        fixes[number] |= {"time": moment.isoformat()}
    # One was sent ten minutes before it was taken.
    at = MORNING + timedelta(seconds=800)
    fixes[80] |= {"device_time": (at - timedelta(minutes=10)).isoformat()}
    await told_as(gateway, fixes, "P1")
    (one,) = await listed(commander, worker="W1")
    assert rejected(people_url, "clock_backward") == [("P1@W1", moment) for moment in (*early, at)]
    assert reasons(people_url) == {"": len(fixes) - 3, "clock_backward": 3}
    assert one["valid_mileage_m"] == pytest.approx(1200, rel=0.03)


async def test_what_a_second_device_repeats_counts_once(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = walk(MORNING, 1200)
    await told_as(gateway, fixes[20:40], "P2")
    await told_as(gateway, fixes, "P1")
    (one,) = await listed(commander, worker="W1")
    assert reasons(people_url) == {"": len(fixes), "repeated": 20}
    times = [datetime.fromisoformat(fix["time"]) for fix in fixes[20:40]]
    assert rejected(people_url, "repeated") == [("P2@W1", time) for time in times]
    assert (one["fixes"], one["rejected"]) == (len(fixes), 20)
    assert one["valid_mileage_m"] == pytest.approx(1200, rel=0.03)


async def test_who_rides_instead_of_walking_earns_nothing_for_it(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    walked = walk(MORNING, 1200)
    metre_deg = (walked[-1]["lon"] - walked[0]["lon"]) / 1200
    ride = [
        walked[-1]
        | {
            "time": (MORNING + timedelta(seconds=1000 + 10 * n)).isoformat(),
            "lon": walked[-1]["lon"] + 80 * n * metre_deg,
            "lat": 22.05 + n * 1e-7,
        }
        for n in range(1, 61)
    ]
    await tell(gateway, [*walked, *ride])
    assert await listed(commander, worker="W1")
    found = reasons(people_url)
    assert set(found) == {"", "speed"}
    assert found["speed"] > 50
    # A ride is told by two minutes, half of which may be before it.
    since = MORNING + timedelta(seconds=1000 - 60)
    assert all(time > since for _, time in rejected(people_url, "speed"))
    patrols = await listed(commander, worker="W1")
    assert sum(each["valid_mileage_m"] for each in patrols) == pytest.approx(1200, rel=0.05)
    # In a car of the same worker it is a ride like others.
    with psycopg.connect(people_url) as conn:
        conn.execute("update device set mode = 'car', worker_id = 1 where code = 'B7'")
        conn.execute("delete from position")
    await told_as(gateway, ride, "B7")
    await listed(commander, worker="W1")
    assert reasons(people_url) == {"": len(ride)}


async def test_a_clock_that_is_ahead_is_found_out_however_late_it_is_sent(
    signed_in: Client, people_url: str
) -> None:
    gateway = await signed_in("gateway")
    now = datetime.now(UTC).replace(microsecond=0)
    ahead, held = timedelta(hours=1), timedelta(hours=2)
    # Both taken with the same clock: one was sent at once, the other two hours later.
    for taken_at in (now, now - held):
        sent = {"time": (taken_at + ahead).isoformat(), "lon": 113.15, "lat": 22.05}
        await tell(gateway, [sent | {"device_time": (now + ahead).isoformat()}])
    assert reasons(people_url) == {"time_future": 2}
    assert last(people_url) is None
    # Told twice, and better the second time: the clock is compared with when that came.
    good = {"time": (now - held).isoformat(), "lon": 113.15, "lat": 22.05}
    await tell(gateway, [good | {"device_time": (now - held).isoformat()}])
    with psycopg.connect(people_url) as conn:
        conn.execute("update position set received_at = time where rejected_for is null")
    await tell(gateway, [good | {"device_time": now.isoformat(), "accuracy_m": 5}])
    commander = await signed_in("commander")
    await listed(commander, worker="W1")
    assert reasons(people_url) == {"": 1, "time_future": 2}
