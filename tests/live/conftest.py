"""Two servers over one database with two communities, of which each test hears what is written."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from tests.changes.pruning import wait_until_all_saw
from tests.conftest import TestServer
from tests.dashboard.conftest import serving
from tests.live.listening import client_at, listening
from tests.registry.conftest import write_people
from tests.signed_in import NO_RATES, make_key

EAST_POINT, WEST_POINT = (113.15, 22.05), (113.03, 22.03)
QUICK = {**NO_RATES, "GIS_GOV_LIVE_HEARTBEAT_S": "0.3", "GIS_GOV_SEND_TIMEOUT_S": "30"}


@dataclass(frozen=True)
class Servers:
    """The database, and the addresses of the servers."""

    url: str
    addresses: tuple[str, ...]

    def execute(self, statement: Any, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement as psql would."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def add_event(self, code: str, at: tuple[float, float] = EAST_POINT, **more: str) -> None:
        columns = {"department": None, "title": None, **more}
        self.execute(
            "insert into event (code, reported_at, geom, department, title)"
            " values (%s, now(), st_point(%s, %s, 4490), %s, %s)",
            code,
            *at,
            columns["department"],
            columns["title"],
        )

    def client(self, *roles: str, server: int = 0, **limits: Any) -> httpx.AsyncClient:
        """Make a client with a key of its own."""
        return client_at(self.addresses[server], make_key(self.url, *roles, **limits))

    async def read_all(self) -> None:
        """Let each server read up to where nothing older is under way: what is pruned then is no
        gap for it, nor for the tests that come after.
        """
        wait_until_all_saw(self.url)
        for server in range(len(self.addresses)):
            client = self.client("commander", server=server)
            async with client, listening(client, kinds="event") as heard:
                self.add_event("read up to here")
                await heard.until(lambda: heard.names() != ["hello"])
                self.execute("delete from event where code = 'read up to here'")


@pytest.fixture(scope="session")
def servers(postgis: TestServer) -> Iterator[Servers]:
    with postgis.database() as url:
        write_people(url)
        with serving(url, None, **QUICK) as (one, _), serving(url, None, **QUICK) as (two, _):
            yield Servers(url, (one, two))


@pytest.fixture
async def commander(servers: Servers) -> AsyncIterator[httpx.AsyncClient]:
    async with servers.client("commander") as client:
        yield client
