"""Two communities, of which the attacker may see one, on one server for all attacks.

The attacker is a supervisor of the east; P3 lives in the west, with all that could give him away.
"""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from gis_gov.app import create_app
from tests.accounts.people import Town
from tests.attacks.attacking import VICTIM_PHONE
from tests.conftest import TestServer
from tests.registry.conftest import sealed, write_people
from tests.signed_in import unhurried

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
        yield Town(attacked_url, app)


@pytest.fixture
def town(running: Town) -> Town:
    running.count_anew()
    running.execute("truncate account, api_key, role_grant, session")
    ((last,),) = running.execute("select coalesce(max(number), 0) from audit")
    return Town(running.url, running.app, audited_before=last)
