"""No way of a worker is told without a purpose, whichever route is asked for it.

Every route is asked with what ways are read from taken away: a question that fails then, and is
answered with it, tells of ways. Of one that names a worker a purpose has to be asked; the others
that go without one are listed here, each with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal, get_args, get_origin

import httpx
import psycopg
import pytest
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from psycopg import sql

from gis_gov.app import create_app
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.contracts.requests import REQUESTS
from tests.contracts.test_access import ROUTES
from tests.contracts.walked_world import write_walked_world
from tests.signed_in import (
    EVERY_RIGHT,
    bearer,
    client_of,
    every_point_has_its_cell,
    make_key,
    unhurried,
)

pytestmark = pytest.mark.anyio

WAYS: Final = (
    "position",
    "track_line",
    "track_part",
    "track_area",
    "track_print",
    "patrol",
    "crossing",
)
"""The tables that tell where somebody was, and when; where he is now is told to who may know it."""

NAMING: Final = {
    "worker": "w0",
    "code": "w0",
    "worker_code": "w0",
    "filter": "worker_code = 'w0'",
    "weight": "speed_mps",
}
"""What picks one of many: by his code, by a condition, or by what one fix of his weighs."""

LISTED: Final[dict[str, tuple[str, ...]]] = {
    "collection": tuple(COLLECTIONS),
    "layers": tuple(LAYERS),
    "collections": tuple(LAYERS),
}
"""What parameters may be that the document doesn't enumerate."""

ALIKE: Final = frozenset({"f", "filter-lang", "tileMatrixSetId"})
"""In which form something is told, whatever it is."""

NOBODY: Final = {
    ("GET", "/patrols"): "a list of all: which way is whose, not where it went",
    ("GET", "/patrols/statistics"): "sums",
    ("GET", "/patrols/ranking"): "ranks",
    ("GET", "/patrols/trend"): "sums",
    ("GET", "/crossings"): "a list of all",
    ("GET", "/tasks"): "a list of all: whether it was done, not on which way",
    ("POST", "/patrols"): "one begins: nobody went anywhere yet",
    ("GET", "/heatmap"): "sums by hexagon, of nobody's in particular",
    ("GET", "/heatmap/change"): "the same",
    ("GET", "/heatmap/change/{z}/{x}/{y}.mvt"): "the same",
    (
        "GET",
        "/heatmap/change/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    ): "the same",
    ("GET", "/heatmap/density.png"): "the same",
    ("GET", "/heatmap/density/{z}/{x}/{y}.png"): "the same",
    (
        "GET",
        "/heatmap/density/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    ): "the same",
    ("GET", "/heatmap/hotspots"): "the same",
    ("GET", "/heatmap/hotspots/{z}/{x}/{y}.mvt"): "the same",
    (
        "GET",
        "/heatmap/hotspots/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    ): "the same",
    ("GET", "/heatmap/{z}/{x}/{y}.mvt"): "the same",
    ("GET", "/heatmap/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"): "the same",
    ("GET", "/tiles/{layers}/{z}/{x}/{y}.mvt"): "a map that is looked at, asked for by the hundred",
    ("GET", "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"): "the same",
}
"""Which routes tell of ways to who names nobody, and why without a purpose."""


@dataclass(frozen=True, slots=True)
class Question:
    """A route, and with what it is asked; `named` is what picks one of many."""

    route: tuple[str, str]
    path: dict[str, Any]
    query: dict[str, Any]
    named: str | None

    async def ask(self, client: httpx.AsyncClient) -> int:
        """Ask it without a purpose; whoever signs in by it stays no one."""
        client.cookies.clear()
        method, path = self.route
        answer = await client.request(
            method,
            path.format(**{name: str(value) for name, value in self.path.items()}),
            params={name: str(value) for name, value in self.query.items()},
            json=REQUESTS[self.route].json,
        )
        return answer.status_code


def questions(route: tuple[str, str]) -> Iterator[Question]:
    """Ask for each that a route enumerates, of all and of one."""
    asked = REQUESTS[route]
    known = {each.alias: each for each in taken(ROUTES[route].dependant)}
    choices: list[dict[str, Any]] = [{}]
    for name in known.keys() - ALIKE:
        values = LISTED.get(name) or enumerated(known[name].field_info.annotation)
        choices += [{name: value} for value in values]
    takes_any = getattr(ROUTES[route].endpoint, "ignores_unknown_parameters", False)
    names = [None, *(name for name in NAMING if takes_any or name in known)]
    for choice, named in product(choices, names):
        path = {name: choice.get(name, value) for name, value in asked.path.items()}
        query = {**asked.query, **{n: v for n, v in choice.items() if n not in path}}
        if named in path:
            continue
        yield Question(route, path, query | ({named: NAMING[named]} if named else {}), named)


def taken(dependant: Dependant) -> Iterator[ModelField]:
    """List what a route and what it depends on take of path and query."""
    yield from (*dependant.path_params, *dependant.query_params)
    for each in dependant.dependencies:
        yield from taken(each)


def enumerated(annotation: Any) -> list[str]:
    """List the texts that a type allows, if it lists them."""
    if get_origin(annotation) is Literal:
        return [each for each in get_args(annotation) if isinstance(each, str)]
    return [each for part in get_args(annotation) for each in enumerated(part)]


ROUTES_ASKED: Final = [route for route in sorted(ROUTES) if route[0] in {"GET", "POST"}]


@pytest.fixture(scope="module")
async def told(postgis: TestServer) -> list[Question]:
    """All questions that a server that requires a purpose answers of ways without one."""
    with postgis.database() as url:
        write_walked_world(url)
        settings = unhurried().model_copy(update={"purpose_required": True})
        app = create_app(settings.with_database(url))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = bearer(make_key(url, *EVERY_RIGHT))
        async with app.router.lifespan_context(app), client_of(transport, headers) as client:
            await every_point_has_its_cell(url)
            allow(url, "revoke select on {} from gis_gov_app")
            asked = [each for route in ROUTES_ASKED for each in questions(route)]
            of_ways = [each for each in asked if await each.ask(client) == 500]
            allow(url, "grant select on {} to gis_gov_app")
            return [each for each in of_ways if await each.ask(client) < 300]


def allow(url: str, statement: str) -> None:
    with psycopg.connect(url) as conn:
        names = sql.SQL(", ").join(map(sql.Identifier, WAYS))
        conn.execute(sql.SQL(statement).format(names))  # type: ignore[arg-type]


async def test_nobody_s_way_is_told_by_his_name_without_a_purpose(told: list[Question]) -> None:
    assert [each for each in told if each.named] == []


async def test_only_these_tell_of_ways_without_a_purpose(told: list[Question]) -> None:
    assert {each.route for each in told} == set(NOBODY)
