"""The sample and a walk behind a real server, and what the database says of it to a reader.

There are two readers: a commander, who sees all, and an officer of one community, to whom people
are masked and stand at about the middle of their grid.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.rows import tuple_row

from gis_gov.access.actor import Actor
from gis_gov.access.queries import read_grants, read_key
from gis_gov.access.tokens import token_hash
from gis_gov.cli.first_data import FirstData, load_sample
from gis_gov.db.scope import bind
from tests.conftest import TestServer
from tests.dashboard.conftest import serving
from tests.ogc.clients.expected import CODES, OFFICERS
from tests.ogc.conformance.conftest import PATROL
from tests.sealed import SEALER
from tests.signed_in import NO_RATES, make_key

COMMUNITY = "990101001001"


@dataclass(frozen=True)
class Reading:
    """A reader of a served database, by key."""

    address: str
    database_url: str
    key: str
    collections: Mapping[str, LiteralString]
    """What he may read, and how the database is asked for the codes."""

    def sql(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Run a query under the application's role, in the reach that the key has."""
        return asyncio.run(self._sql(query))

    async def _sql(self, query: LiteralString) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(
            self.database_url, row_factory=tuple_row
        ) as conn:
            found = await read_key(conn, token_hash(self.key))
            assert found
            grants = await read_grants(conn, key_id=found.key_id)
            await conn.execute("set role gis_gov_app")
            await bind(conn, Actor("test", tuple(grants), key_id=found.key_id).scope)
            return await (await conn.execute(query)).fetchall()

    def codes(self, query: LiteralString) -> list[str]:
        """Return the first column."""
        return [row[0] for row in self.sql(query)]

    def check(self, collection: str, found: Callable[[], list[str]]) -> list[str]:
        """Check that all is found of a collection, once each, and return what that is.

        The server finds patrols in the sample's walks some time: what is there before is found.
        """
        before = self.codes(self.collections[collection])
        told = found()
        after = self.codes(self.collections[collection])
        assert before
        assert len(set(told)) == len(told), collection
        assert set(before) <= set(told) <= set(after), collection
        return sorted(told)


@pytest.fixture(scope="session")
def sample_url(postgis: TestServer) -> Iterator[str]:
    """Make one of our own: into that of all tests nothing is written."""
    with postgis.database() as url:
        load_sample(url, FirstData.SMALL, SEALER)
        with psycopg.connect(url) as conn:
            conn.execute(PATROL)
        yield url


@pytest.fixture(scope="session")
def sample_site(sample_url: str) -> Iterator[str]:
    with serving(sample_url, None, **NO_RATES) as (address, _):
        yield address


@pytest.fixture(scope="session", params=["commander", "officer"])
def reading(request: pytest.FixtureRequest, sample_url: str, sample_site: str) -> Reading:
    if request.param == "commander":
        return Reading(sample_site, sample_url, make_key(sample_url, "commander"), CODES)
    key = make_key(sample_url, "department_officer", area=COMMUNITY)
    return Reading(sample_site, sample_url, key, OFFICERS)
