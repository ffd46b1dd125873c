"""A direct route answers what FastAPI's own answers, to whatever is asked; or is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match, NoMatchFound

from gis_gov.api import check_parameters
from gis_gov.app import create_app
from gis_gov.direct_route import DirectRoutes, direct_get
from gis_gov.problems import InvalidRequest, install
from gis_gov.settings import Settings

CALLS: list[str] = []


class Allowed:
    """A dependency that is an object, as those that ask for rights are."""

    async def __call__(self, request: Request) -> str:
        if request.query_params.get("who") == "nobody":
            raise InvalidRequest.at("query.who", "nobody may")
        return request.method


async def _who(who: Annotated[str | None, Query(max_length=6)] = None) -> str:
    CALLS.append("who")
    return who or "?"


async def _twice(
    who: Annotated[str, Depends(_who)], times: Annotated[int, Query(ge=1, le=3)] = 2
) -> str:
    return who * times


async def told(
    request: Request,
    kind: Annotated[Literal["a", "b"], Path()],
    row: Annotated[int, Path(ge=0, alias="tileRow")],
    who: Annotated[str, Depends(_who)],
    twice: Annotated[str, Depends(_twice)],
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    named: Annotated[bool | None, Query(alias="is-named")] = None,
) -> Response:
    """Tell what was taken."""
    return JSONResponse([str(request.url), kind, row, who, twice, lon, named])


PATH = "/{kind}/{tileRow}"
ALLOWED = [Depends(Allowed())]


def application() -> FastAPI:
    usual, direct, often = (APIRouter(prefix=f"/{name}") for name in ("usual", "direct", "often"))
    usual.get(PATH, dependencies=ALLOWED)(told)
    direct_get(direct, PATH, dependencies=ALLOWED)(told)
    direct_get(often, PATH, dependencies=ALLOWED)(told)
    app = FastAPI(dependencies=[Depends(check_parameters)])
    install(app)
    app.router.routes.append(DirectRoutes(often.routes))
    for each in (usual, direct, often):
        app.include_router(each)
    return app


APP = application()


def ask(path: str, method: str = "GET", root_path: str = "", **options: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(APP, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, **options)

    return asyncio.run(asked())


NAMES = st.sampled_from(["lon", "who", "times", "is-named", "named", "other"])
TEXTS = st.sampled_from(
    ["", "0", "1", "2", "4", "-180", "180.5", "nan", "1e2", "true", "no", "nobody", "somebody"]
)


@given(
    kind=st.sampled_from("abc"),
    row=st.sampled_from(["0", "7", "-1", "x"]),
    asked=st.lists(st.tuples(NAMES, TEXTS), max_size=5),
)
def test_it_answers_as_any_route_does(kind: str, row: str, asked: list[tuple[str, str]]) -> None:
    usual = ask(f"/usual/{kind}/{row}", params=asked)
    for name in ("direct", "often"):
        answer = ask(f"/{name}/{kind}/{row}", params=asked)
        assert answer.status_code == usual.status_code
        assert answer.text.replace(f"/{name}/", "/usual/") == usual.text


@pytest.mark.parametrize(
    ("method", "path", "root_path"),
    [
        ("POST", "a/1", ""),
        ("GET", "a", ""),
        ("GET", "a/1/2", ""),
        ("GET", "a/1?lon=1", "/below"),
        ("GET", "a/1/", ""),
    ],
)
def test_what_none_stands_for_is_answered_as_ever(method: str, path: str, root_path: str) -> None:
    usual, often = (ask(f"/{name}/{path}", method, root_path) for name in ("usual", "often"))
    assert often.status_code == usual.status_code
    assert often.headers.get("allow") == usual.headers.get("allow")
    assert often.text.replace("/often/", "/usual/") == usual.text


def _endpoint_of(route: BaseRoute, scope: dict[str, Any]) -> object:
    """Return what a router among the routes would have answered by."""
    routes = getattr(route, "original_router").routes  # noqa: B009 - FastAPI's own
    found = (each.matches(dict(scope)) for each in routes)
    return next(told["endpoint"] for match, told in found if match is Match.FULL)


def test_those_asked_often_are_found_before_all_routers() -> None:
    first, *others = create_app(Settings()).routes
    assert isinstance(first, DirectRoutes)
    quad = "WebMercatorQuad/3/1/1"
    for path, wanted in (
        ("/locate", "locate"),
        ("/nearby", "nearby"),
        ("/tiles/grids/3/1/1.mvt", "tile"),
        (f"/tiles/{quad}", "dataset_tile"),
        (f"/collections/grids/tiles/{quad}", "collection_tile"),
    ):
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        match, found = first.matches(scope)
        assert match is Match.FULL
        assert found["endpoint"].__name__ == wanted
        usual = next(each for each in others if each.matches(dict(scope))[0] is Match.FULL)
        assert _endpoint_of(usual, scope) == found["endpoint"]
    for path in ("/collections/grids/items", "/tiles/grids.json", "/readyz", "/"):
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        assert first.matches(scope)[0] is Match.NONE
    with pytest.raises(NoMatchFound):
        first.url_path_for("locate")


def test_it_is_documented_as_any_route_is() -> None:
    usual, direct, often = (
        {**paths["get"], "operationId": ""}
        for paths in ask("/openapi.json").json()["paths"].values()
    )
    assert usual == direct == often
    assert {each["name"] for each in direct["parameters"]} == {
        "kind", "tileRow", "who", "times", "lon", "is-named",
    }  # fmt: skip


def test_what_two_need_is_asked_for_once() -> None:
    CALLS.clear()
    assert ask("/direct/a/1", params={"lon": 1}).status_code == 200
    assert CALLS == ["who"]


async def _held() -> AsyncIterator[int]:
    yield 1


def _threaded() -> int:
    return 1


async def _several(each: Annotated[list[str], Query()]) -> Response:
    return JSONResponse(each)


async def _of_a_header(language: Annotated[str, Header()]) -> Response:
    return JSONResponse(language)


async def _with_a_list(each: Annotated[Any, Query()] = ()) -> Response:
    return JSONResponse(each)


async def _holding(held: Annotated[int, Depends(_held)]) -> Response:
    return JSONResponse(held)


async def _slow(slow: Annotated[int, Depends(_threaded)]) -> Response:
    return JSONResponse(slow)


async def _anew(who: Annotated[str, Depends(_who, use_cache=False)]) -> Response:
    return JSONResponse(who)


@pytest.mark.parametrize(
    "endpoint", [_several, _of_a_header, _with_a_list, _holding, _slow, _anew, lambda: None]
)
def test_what_it_cannot_do_is_refused_when_it_is_declared(endpoint: Any) -> None:
    with pytest.raises(TypeError, match="not for a direct route"):
        direct_get(APIRouter(), "/", response_model=None)(endpoint)
