"""Two communities, of which the attacker may see one, on one server for all attacks.

The attacker is a supervisor of the east; P3 lives in the west, with all that could give him away.
"""

from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg
import pytest

from gis_gov.app import create_app
from tests.accounts.people import Town
from tests.attacks.attacking import VICTIM_PHONE
from tests.conftest import TestServer
from tests.dashboard.conftest import serving
from tests.live.conftest import QUICK, Servers
from tests.registry.conftest import EAST, sealed, write_people
from tests.signed_in import every_point_has_its_cell, unhurried

_VICTIM = "update person set phone_sealed = %s, phone_digest = %s where code = 'P3'"


@pytest.fixture(scope="session")
def attacked_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_people(url)
        with psycopg.connect(url) as conn:
            conn.execute(_VICTIM, sealed("phone", VICTIM_PHONE))
            conn.execute("insert into enterprise (code, name, address_id) values ('E2', '乙', 3)")
        yield url


@pytest.fixture(scope="session")
async def running(attacked_url: str) -> AsyncIterator[Town]:
    # Rates would refuse an attack before what it attacks does; they have tests of their own.
    app = create_app(unhurried().with_database(attacked_url))
    async with app.router.lifespan_context(app):
        # Tiles gather things by cells, which the server gives to what psql wrote.
        await every_point_has_its_cell(attacked_url)
        yield Town(attacked_url, app)


@pytest.fixture
def town(running: Town) -> Town:
    running.count_anew()
    running.execute("truncate account, api_key, role_grant, session")
    ((last,),) = running.execute("select coalesce(max(number), 0) from audit")
    return Town(running.url, running.app, audited_before=last)


@pytest.fixture(scope="session")
def attacked(postgis: TestServer) -> Iterator[Servers]:
    """A server for attacks by the live stream, which needs a socket."""
    with postgis.database() as url:
        write_people(url)
        with serving(url, None, **QUICK) as (address, _):
            yield Servers(url, (address,))


@pytest.fixture
def nothing_left(attacked: Servers) -> Iterator[None]:
    """Let no event outlast a test."""
    yield
    attacked.execute("delete from event")


@pytest.fixture
async def attacker(attacked: Servers) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may see all of the east, and nothing else."""
    async with attacked.client("supervisor", area=EAST) as client:
        yield client


@pytest.fixture
async def seeing(attacked: Servers) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may see all there is, to show that an attack was for something."""
    async with attacked.client("commander") as client:
        yield client


@pytest.fixture
def audited_before(attacked: Servers) -> int:
    ((last,),) = attacked.execute("select coalesce(max(number), 0) from audit")
    return last
