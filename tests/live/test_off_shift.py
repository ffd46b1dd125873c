"""Who goes off shift is gone for all who follow him but himself, and comes back with his shift."""

from collections.abc import Iterator

import pytest

from tests.live.conftest import EAST_POINT, Servers
from tests.live.listening import Message, listening
from tests.live.people import sign_in
from tests.live.test_positions import Clock, are, workers
from tests.registry.conftest import EAST

__all__ = ["workers"]

pytestmark = pytest.mark.anyio

NEVER = """
    insert into shift (worker_id, kind, weekdays, begins, ends, valid_from)
    values (9001, 'leave', '{1,2,3,4,5,6,7}', '00:00', '00:00', '2026-01-01')
"""


@pytest.fixture(autouse=True)
def shifts(servers: Servers, workers: None) -> Iterator[None]:
    yield
    servers.execute("delete from shift")
    servers.execute("delete from off_shift")
    servers.execute("update account set worker_id = null where worker_id = 9001")


async def test_off_shift_and_back(servers: Servers) -> None:
    clock = Clock()
    clock.put(servers, 1, EAST_POINT)
    worker = sign_in(servers, "worker.one", "supervisor", area=EAST)
    servers.execute("update account set worker_id = 9001 where name = 'worker.one'")
    async with (
        worker.client,
        servers.client("commander", server=1) as commander,
        listening(commander, kinds="position") as heard,
        listening(worker.client, kinds="position") as own,
    ):
        for each in (heard, own):
            # Who moves meanwhile may be told of before all are.
            await each.until(lambda each=each: "positions" in each.names())
            await are(each, L1=EAST_POINT)
        begun = next(each for each in heard.messages if each.name == "positions").data
        assert (begun["idle_s"], begun["offline_s"]) == (600, 300)
        servers.execute(NEVER)
        await are(heard)
        assert heard.messages[-1].data["positions"] == [
            {"worker": "L1", "gone": True, "is_off_shift": True}
        ]
        clock.put(servers, 1, EAST_POINT)
        clock.put(servers, 2, EAST_POINT)
        await are(heard, L2=EAST_POINT)
        # Of L2, who is employed elsewhere, he may not know.
        await are(own, L1=EAST_POINT)
        assert not any(
            told["worker"] == "L1" and not told["gone"]
            for each in heard.messages[heard.messages.index(_gone(heard.messages)) :]
            if each.name == "position"
            for told in each.data["positions"]
        )
        async with listening(commander, kinds="position") as late:
            await are(late, L2=EAST_POINT)
        servers.execute("delete from shift")
        await are(heard, L1=EAST_POINT, L2=EAST_POINT)


def _gone(messages: list[Message]) -> Message:
    return next(
        each
        for each in messages
        if each.name == "position" and any(told["gone"] for told in each.data["positions"])
    )
