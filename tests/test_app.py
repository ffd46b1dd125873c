"""The application as a whole: health, metrics, refusals, and errors that tell nothing."""

import asyncio

import httpx
import psycopg
import pytest
from alembic import command

from gis_gov.app import create_app
from gis_gov.db.fitness import UnfitDatabase, check_database
from gis_gov.db.migrate import config, migrate
from gis_gov.settings import Settings
from tests.signed_in import client_of, every_right

pytestmark = pytest.mark.anyio


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    answer = await client.get("/readyz")
    for _ in range(200):  # the announcements are heard a moment after the start
        if answer.status_code != 503:
            break
        await asyncio.sleep(0.05)
        answer = await client.get("/readyz")
    assert answer.json() == {"status": "ok"}


async def test_metrics_count_by_route_and_never_by_path(client: httpx.AsyncClient) -> None:
    await client.get("/tiles/grids/3/1/1.mvt")
    told = (await client.get("/metrics")).text
    assert 'route="/tiles/{layers}/{z}/{x}/{y}.mvt"' in told
    assert "/tiles/grids/3/1/1" not in told


async def test_every_answer_has_a_request_id(client: httpx.AsyncClient) -> None:
    ids = {(await client.get("/healthz")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/healthz", 405, "method-not-allowed"),
        ("GET", "/healthz?verbose=1", 400, "unknown-parameter"),
        ("GET", "/locate?lon=113&lat=22&lat=23", 400, "invalid-request"),
        ("GET", "/statistics?within=%00", 400, "misshapen-request"),
        ("GET", "/heatmap?layer=persons&bbox=1,2,3", 400, "invalid-request"),
        ("GET", "/heatmap?layer=events&datetime=2025-02-30", 400, "invalid-request"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    shared_client: httpx.AsyncClient, method: str, path: str, status: int, slug: str
) -> None:
    answer = await shared_client.request(method, path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:gis-gov:problem:{slug}")
    assert answer.headers["content-type"] == "application/problem+json"
    if slug == "invalid-request":
        ((where, what),) = [fault.values() for fault in answer.json()["errors"]]
        assert answer.json()["detail"] == f"{where}: {what}"


async def test_an_unexpected_error_tells_a_request_id_and_nothing_else(
    own_database_url: str,
) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute("alter table coarse_tally rename to hidden")
    app = create_app(Settings().with_database(own_database_url))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        client_of(transport, every_right(own_database_url)) as client,
    ):
        answer = await client.get("/tiles/grids.json")
    assert answer.status_code == 500
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "request_id"}
    assert body["type"] == "urn:gis-gov:problem:internal-error"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "tally" not in answer.text


async def test_a_query_past_its_time_is_a_503(own_database_url: str) -> None:
    settings = Settings(statement_timeout_s=0.05).with_database(own_database_url)
    app = create_app(settings)
    with psycopg.connect(own_database_url) as blocker:
        async with (
            app.router.lifespan_context(app),
            client_of(httpx.ASGITransport(app), every_right(own_database_url)) as client,
        ):
            blocker.execute("lock table grid in access exclusive mode")
            answer = await client.get("/tiles/grids/3/1/1.mvt")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:gis-gov:problem:took-too-long"


def test_the_schema_has_not_drifted_from_the_tables(own_database_url: str) -> None:
    command.check(config(own_database_url))


def test_migrating_twice_changes_nothing(own_database_url: str) -> None:
    migrate(own_database_url)
    check_database(own_database_url)


def test_a_schema_of_another_version_is_refused(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute("update alembic_version set version_num = '0000'")
    with pytest.raises(UnfitDatabase, match="run `gis-gov migrate`"):
        check_database(own_database_url)


def test_other_tile_functions_are_refused_and_mended(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute("comment on function tile_frame is 'older'")
    with pytest.raises(UnfitDatabase, match="tile functions"):
        check_database(own_database_url)
    migrate(own_database_url)
    check_database(own_database_url)


def test_a_server_without_postgis_is_refused(own_database_url: str) -> None:
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        conn.execute("drop extension postgis cascade")
    with pytest.raises(UnfitDatabase, match=r"PostGIS 3\.3"):
        check_database(own_database_url)


def test_a_silent_server_is_refused_without_its_password() -> None:
    with pytest.raises(UnfitDatabase) as refused:
        check_database("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
