"""A town whose people sign in; one server for all tests, and nobody in it at each one's start."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.accounts.oidc_flow import link, serving, settings_for
from tests.accounts.people import Town
from tests.accounts.provider import (
    ALGORITHMS,
    PUBLIC,
    ProviderProcess,
    client,
    provider_process,
)
from tests.conftest import TestServer

AREAS = """
    insert into area (id, code, name, level, parent_id) values
    (1, '990101000000', '澄屿区', 'district', null),
    (2, '990101001000', '汀屿街道', 'street', 1),
    (3, '990101002000', '沙埠街道', 'street', 1),
    (4, '990101001001', '汀文社区', 'community', 2);
    insert into grid (code, name, area_id, geom) values
    ('G1', '第一网格', 4, st_multi(st_makeenvelope(0, 0, 1, 1, 4490)));
"""
NOBODY = """
    truncate account, api_key, role_grant, session;
    update area set valid_to = null where valid_to is not null;
"""


@pytest.fixture(scope="session")
def town_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        with psycopg.connect(url) as connection:
            connection.execute(AREAS)
        yield url


@pytest.fixture(scope="session")
async def running(town_url: str) -> AsyncIterator[Town]:
    app = create_app(Settings().with_database(town_url))
    async with app.router.lifespan_context(app):
        yield Town(town_url, app)


@pytest.fixture
def town(running: Town) -> Iterator[Town]:
    running.execute(NOBODY)
    running.count_anew()
    ((last,),) = running.execute("select coalesce(max(number), 0) from audit")
    state = state_of(running.app)
    yield Town(running.url, running.app, audited_before=last)
    running.app.state.gis_gov = state


@pytest.fixture(scope="session")
def provider() -> Iterator[ProviderProcess]:
    clients = [client(f"gov-{name}", name, PUBLIC) for name in ALGORITHMS]
    clients.append(
        client("gov-post", "RS256", PUBLIC, token_endpoint_auth_method="client_secret_post")
    )
    public = client("gov-public", "RS256", PUBLIC, token_endpoint_auth_method="none")
    del public["client_secret"]
    with provider_process(clients=[*clients, public]) as started:
        yield started


@pytest.fixture
async def gov(town: Town, provider: ProviderProcess) -> AsyncIterator[Town]:
    async with serving(town, settings_for(provider, town.url, "gov-RS256")) as opened:
        link(opened, provider)
        yield opened
