"""By which name a device is known: the same before and after it is registered."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.patrols.test_patrols import MORNING, listed, walk
from tests.patrols.test_taking_in import fix, tell
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

REGISTER = "insert into device (code, kind, mode, worker_id) values ('P9', 'phone', 'walk', %s)"
CAR = "insert into device (code, kind, mode, worker_id) values ('C1', 'vehicle', 'car', %s)"
FORGET = "delete from device where code = 'P9'"


def devices(url: str) -> dict[str, int]:
    with psycopg.connect(url) as conn:
        return dict(
            conn.execute("select device, count(*) from position group by device").fetchall()
        )


def write(url: str, statement: Any, *values: Any) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(statement, values)


async def figures(commander: Any) -> Any:
    (one,) = await listed(commander, worker="W1")
    return one["fixes"], one["valid_mileage_m"], one["version"]


@pytest.mark.parametrize("is_first_registered", [False, True])
async def test_what_is_sent_again_is_known_whether_it_was_registered_or_not(
    signed_in: Client, people_url: str, *, is_first_registered: bool
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    if is_first_registered:
        write(people_url, REGISTER, 1)
    fixes = walk(MORNING, 1000)
    assert (await tell(gateway, fixes, device="P9"))["stored"] == len(fixes)
    before = await figures(commander)
    if is_first_registered:
        write(people_url, FORGET)
    else:
        write(people_url, REGISTER, 1)
    # The processes hear of it in a moment, and know what is sent meanwhile, too.
    for _ in range(3):
        assert (await tell(gateway, fixes, device="P9"))["repeated"] == len(fixes)
    assert devices(people_url) == {"P9@W1": len(fixes)}
    assert await figures(commander) == before


async def test_one_s_own_device_may_be_named(signed_in: Client, people_url: str) -> None:
    gateway = await signed_in("gateway")
    await tell(gateway, [fix(0), fix(1)], device="W1")
    assert (await tell(gateway, [fix(0), fix(1), fix(2)]))["repeated"] == 2
    assert devices(people_url) == {"W1": 3}


async def test_what_was_stored_by_the_bare_code_is_not_doubled(
    signed_in: Client, people_url: str
) -> None:
    gateway = await signed_in("gateway")
    write(people_url, REGISTER, 1)
    await tell(gateway, [fix(n, accuracy_m=9.0) for n in range(4)], device="P9")
    write(people_url, "update position set device = 'P9'")
    again = [fix(n, accuracy_m=3.0 if n == 2 else 20.0) for n in range(5)]
    told = await tell(gateway, again, device="P9")
    assert (told["stored"], told["repeated"]) == (1, 4)
    assert devices(people_url) == {"P9": 4, "P9@W1": 1}
    with psycopg.connect(people_url) as conn:
        rows = conn.execute("select accuracy_m from position order by time").fetchall()
    assert [accuracy_m for (accuracy_m,) in rows] == [9.0, 9.0, 3.0, 9.0, 20.0]
    # What is somebody else's by that code is another device's.
    write(people_url, "update position set worker_id = 2 where device = 'P9'")
    assert (await tell(gateway, again, device="P9"))["stored"] == 4


async def test_a_mode_is_that_of_the_device_that_is_named(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    ride = [
        each | {"time": (MORNING + timedelta(seconds=n)).isoformat()}
        for n, each in enumerate(walk(MORNING, 3000))
    ]
    write(people_url, CAR, 1)
    await tell(gateway, ride, device="C1")
    (one,) = await listed(commander, worker="W1")
    assert (one["fixes"], one["rejected"]) == (len(ride), 0)
    assert devices(people_url) == {"C1@W1": len(ride)}
    # With a device that is somebody else's by now he walks.
    write(people_url, "update device set worker_id = 2 where code = 'C1'")
    write(people_url, "insert into patrol_due (worker_id, day) values (1, %s)", MORNING.date())
    assert sum(each["fixes"] for each in await listed(commander, worker="W1")) < len(ride) / 2
