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

from gis_gov.api import check_parameters
from gis_gov.direct_route import direct_get
from gis_gov.problems import InvalidRequest, install

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
    usual, direct = APIRouter(prefix="/usual"), APIRouter(prefix="/direct")
    usual.get(PATH, dependencies=ALLOWED)(told)
    direct_get(direct, PATH, dependencies=ALLOWED)(told)
    app = FastAPI(dependencies=[Depends(check_parameters)])
    install(app)
    app.include_router(usual)
    app.include_router(direct)
    return app


APP = application()


def ask(path: str, **options: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path, **options)

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
    direct = ask(f"/direct/{kind}/{row}", params=asked)
    assert direct.status_code == usual.status_code
    assert direct.text.replace("/direct/", "/usual/") == usual.text


def test_it_is_documented_as_any_route_is() -> None:
    usual, direct = (
        {**paths["get"], "operationId": ""}
        for paths in ask("/openapi.json").json()["paths"].values()
    )
    assert usual == direct
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
