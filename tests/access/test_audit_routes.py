"""What of the requests gets into the audit, and that it tells nothing that it should not."""

import asyncio
import json
import re
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import APIRouter, FastAPI
from psycopg.rows import dict_row
from starlette.responses import PlainTextResponse

from gis_gov.access.audited import audited, refuse_unaudited
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.refusals import RecordRefusals
from gis_gov.access.roles import ROLES
from gis_gov.app import create_app
from gis_gov.problems import NotFound
from gis_gov.settings import Settings
from tests.signed_in import bearer, client_of, every_right, make_key

pytestmark = pytest.mark.anyio

Entries = list[dict[str, Any]]


def written(url: str) -> Entries:
    with (
        psycopg.connect(url) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(
            "select actor, host(client) as client, action, object_kind, object_code, result,"
            " reason, detail from audit order by number"
        ).fetchall()


@pytest.fixture
def app(own_database_url: str) -> FastAPI:
    return create_app(Settings(live_stream_s=0.2).with_database(own_database_url))


async def test_a_refusal_tells_who_where_what_and_why(
    client: httpx.AsyncClient, own_database_url: str
) -> None:
    token = make_key(own_database_url, "screen")
    assert (await client.get("/metrics", headers=bearer(token))).status_code == 403
    (found,) = written(own_database_url)
    assert found["actor"].startswith("key:")
    assert (found["client"], found["action"]) == ("127.0.0.1", "GET /metrics")
    assert (found["result"], found["reason"]) == ("refused", "not-allowed")
    assert found["detail"] == {"right": "metrics.read"}


async def test_who_is_not_signed_in_is_anonymous(
    client: httpx.AsyncClient, own_database_url: str
) -> None:
    shown = "gg_0123456789abcdefghijklmnopqrstuvwxyz"
    answer = await client.get("/tiles/persons/3/1/1.mvt", headers=bearer(shown))
    assert answer.status_code == 401
    (found,) = written(own_database_url)
    assert (found["actor"], found["reason"]) == ("anonymous", "sign-in-needed")
    assert found["action"] == "GET /tiles/{layers}/{z}/{x}/{y}.mvt"
    assert found["object_code"] == "persons"
    assert shown not in json.dumps(found)


async def test_refusals_of_nobody_are_an_entry_a_minute_and_network(
    app: FastAPI, own_database_url: str
) -> None:
    """Whoever asks chooses the address and the object, and would have an entry for each."""
    async with app.router.lifespan_context(app):
        for n in range(40):
            transport = httpx.ASGITransport(app, client=(f"2001:db8::{n + 1:x}", 40_000))
            async with client_of(transport) as client:
                answer = await client.get(f"/persons/P{n}", headers=bearer(f"gg_guess{n}"))
                assert answer.status_code == 401
    told = written(own_database_url)
    assert {(e["actor"], e["action"]) for e in told} == {("anonymous", "GET /persons/{code}")}
    firsts = [e for e in told if not e["detail"]]
    counts = [e for e in told if e["detail"]]
    assert 1 <= len(firsts) <= 2
    assert (firsts[0]["client"], firsts[0]["object_code"]) == ("2001:db8::1", "P0")
    assert {(e["object_code"], e["detail"]["network"]) for e in counts} == {(None, "2001:db8::/64")}
    assert len(firsts) + sum(e["detail"]["times_more"] for e in counts) == 40


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [("PATCH", "/accounts/wang", "wang"), ("POST", "/accounts/wang/roles", "wang")],
)
async def test_a_refusal_tells_whose_account_it_was_about(
    client: httpx.AsyncClient, own_database_url: str, method: str, path: str, name: str
) -> None:
    bodies: dict[str, dict[str, object]] = {"PATCH": {"disabled": True}, "POST": {"role": "screen"}}
    token = bearer(make_key(own_database_url, "screen"))
    answer = await client.request(method, path, json=bodies[method], headers=token)
    assert answer.status_code == 403
    assert [e["object_code"] for e in written(own_database_url)] == [name]


async def test_tiles_of_people_are_an_entry_a_minute_and_none_is_lost(
    app: FastAPI, own_database_url: str
) -> None:
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(own_database_url)) as client,
    ):
        await asyncio.gather(*(client.get(f"/tiles/persons/5/{x}/1.mvt") for x in range(30)))
        await client.get("/tiles/grids,cameras/5/1/1.mvt")
        during = written(own_database_url)
    after = written(own_database_url)
    assert {(e["action"], e["object_kind"], e["result"]) for e in after} == {
        ("tile.read", "persons", "ok")
    }
    assert 1 <= len(during) <= 2
    more = sum((e["detail"] or {}).get("times_more", 0) for e in after)
    firsts = [e for e in after if not e["detail"]]
    assert len(firsts) + more == 30


READS: list[tuple[str, tuple[str, str | None] | None]] = [
    ("/nearby?lon=113&lat=23&kinds=worker", ("nearby.read", "worker")),
    ("/nearby?lon=113&lat=23&kinds=camera", None),
    ("/heatmap?layer=persons", ("heatmap.read", "persons")),
    ("/heatmap?layer=cameras", None),
    ("/heatmap?layer=persons&filter=TRUE", ("heatmap.read", "persons")),
    ("/heatmap?layer=enterprises&filter=TRUE", ("heatmap.read", "enterprises")),
    ("/heatmap/hotspots?layer=persons", ("heatmap.read", "persons")),
    ("/heatmap/density/3/6/3.png?layer=persons&maximum_km2=9", ("heatmap.read", "persons")),
    ("/heatmap/3/6/3.mvt?layer=persons", ("heatmap.read", "persons")),
    ("/statistics?measures=persons", ("statistics.read", "persons")),
    ("/statistics?measures=events&f=csv", ("statistics.export", None)),
    ("/statistics?measures=events", None),
    ("/statistics/categories?measure=persons&by=sex", ("statistics.read", "persons")),
    ("/statistics/categories?measure=persons&by=sex&f=xlsx", ("statistics.export", None)),
    ("/statistics/series?f=csv", ("statistics.export", None)),
    ("/statistics/autocorrelation?measure=persons", ("statistics.read", "persons")),
    ("/audit", ("audit.read", "audit")),
    ("/audit?f=csv", ("audit.export", "audit")),
]


@pytest.mark.parametrize(("path", "entry"), READS)
async def test_reads_of_people_and_what_is_taken_out_are_recorded(
    own_database_url: str, app: FastAPI, path: str, entry: tuple[str, str | None] | None
) -> None:
    token = make_key(own_database_url, "commander", "auditor")
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), bearer(token)) as client,
    ):
        assert (await client.get(path)).status_code in {200, 204}
        found = [(e["action"], e["object_kind"]) for e in written(own_database_url)]
    assert found == ([entry] if entry else [])


async def test_without_an_audit_nothing_personal_is_answered(
    client: httpx.AsyncClient, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute("revoke insert on audit from gis_gov_app")
    for path in (
        "/tiles/persons/3/1/1.mvt",
        "/tiles/workers/3/1/1.mvt",
        "/nearby?lon=113&lat=23&kinds=worker",
        "/heatmap?layer=persons",
        "/heatmap?layer=persons&filter=TRUE",
        "/heatmap/density.png?layer=persons",
        "/statistics?f=csv",
        "/statistics/categories?measure=persons&by=sex",
    ):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (
            503,
            "urn:gis-gov:problem:unavailable",
        )
    refused = await client.get("/metrics", headers=bearer("gg_x"))
    assert refused.status_code == 503
    assert (await client.get("/tiles/cameras/3/1/1.mvt")).status_code == 204


@pytest.fixture
async def small(own_database_url: str, app: FastAPI) -> Any:
    """The application with routes of its own, as features will have them."""

    @app.get("/things/{code}", dependencies=[audited("thing.read", "thing", code="code"), may()])
    async def thing(code: str) -> str:
        if code == "none":
            raise NotFound("There is none.")
        return code

    @app.get("/slow", include_in_schema=False)
    async def slow() -> PlainTextResponse:
        return PlainTextResponse("slower", status_code=429)

    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(own_database_url)) as client,
    ):
        yield client


async def test_a_declared_route_is_recorded_with_its_code_and_outcome(
    small: httpx.AsyncClient, own_database_url: str
) -> None:
    await small.get("/things/t-1")
    await small.get("/things/none")
    await small.get("/things/t-2", headers={"authorization": "Bearer gg_none"})
    found = [
        (e["action"], e["object_code"], e["result"], e["reason"]) for e in written(own_database_url)
    ]
    assert found == [
        ("thing.read", "t-1", "ok", None),
        ("thing.read", "none", "refused", "not-found"),
        ("GET /things/{code}", "t-2", "refused", "sign-in-needed"),
    ]


async def test_clients_that_are_slowed_down_are_counted(
    small: httpx.AsyncClient, own_database_url: str
) -> None:
    for _ in range(5):
        await small.get("/slow")
    found = written(own_database_url)
    assert 1 <= len(found) <= 2
    assert found[0]["reason"] == "status 429"


def test_a_route_that_reads_people_unseen_is_not_served() -> None:
    router = APIRouter()

    @router.get("/people", dependencies=[may(Permission.PERSON_READ)])
    async def people() -> str:
        return ""

    with pytest.raises(ValueError, match="/people reads personal data and is not audited"):
        refuse_unaudited([router])


SECRETS = ("110101199003074514", "13812345678", "gg_aVerySecretTokenThatNobodyKnows12345")


def questions(app: FastAPI, secret: str) -> list[tuple[str, str, dict[str, str]]]:
    """Every route with a secret wherever a text goes: in its path, and in each parameter."""
    found: list[tuple[str, str, dict[str, str]]] = []
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            asked = re.sub(r"\{\w+\}", secret, path)
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            found += [(method, asked, {}), *((method, asked, {name: secret}) for name in names)]
    found += [("get", path, {}) for path, _ in READS]
    return found


async def test_no_entry_of_any_route_tells_a_secret_or_a_person(
    own_database_url: str, app: FastAPI
) -> None:
    keys = [make_key(own_database_url, *ROLES), make_key(own_database_url, "screen")]
    shown = (None, *map(bearer, keys))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app)) as client,
    ):
        for secret in SECRETS:
            for method, path, params in questions(app, secret):
                for headers in (bearer(secret), *shown):
                    await client.request(method, path, params=params or None, headers=headers)
    found = written(own_database_url)
    assert len({entry["action"] for entry in found}) > 15
    told = json.dumps(found, ensure_ascii=False)
    for secret in (*SECRETS, *keys):
        assert secret not in told


def test_the_middleware_is_there(app: FastAPI) -> None:
    assert RecordRefusals in [each.cls for each in app.user_middleware]
