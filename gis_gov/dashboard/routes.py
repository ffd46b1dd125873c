"""The map page, the page of the API's documentation and their assets, as `npm run build` left them.

To machines / is the landing page of the API.

They are plain Starlette routes: a page takes any query parameter, as links from elsewhere carry
some, while the interface refuses those that it does not know, on its landing page, too.
"""

from functools import partial
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from gis_gov.media import GEOJSON, HTML, JSON, preferred
from gis_gov.ogc.service import landing
from gis_gov.pages import ASSETS, CONTENT_SECURITY_POLICY, MANIFEST, PAGE_HEADERS
from gis_gov.problems import InvalidRequest, NotFound, UnknownParameter

MAP = "index.html"
DOCS = "docs.html"

# A hashed name changes with its content, so what it names never does.
# A worker is bound by the policy of its own file.
ASSET_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
}

VARIES = {"vary": "Accept"}
FORMS = ("json", "html")

NOT_BUILT = """<!doctype html>
<html lang="zh-Hans">
<meta charset="utf-8">
<title>页面尚未构建 · Page not built</title>
<h1>页面尚未构建</h1>
<p>请在项目目录运行 <code>./gis-gov up</code>，或在 <code>gis_gov/dashboard</code> 下运行
<code>npm ci &amp;&amp; npm run build</code>，然后刷新本页。</p>
<h1 lang="en">The page is not built</h1>
<p lang="en">Run <code>./gis-gov up</code> in the project's folder, or
<code>npm ci &amp;&amp; npm run build</code> in <code>gis_gov/dashboard</code>, then reload.</p>
"""


async def map_page(assets: Path, request: Request) -> Response:
    """Answer the map page to whoever prefers pages, to others what the API has to offer.

    Raises:
        InvalidRequest: it is asked for in another form.
        UnknownParameter: a machine asks by something else than the form.

    """
    accept = request.headers.get("accept", "*/*")
    is_page = preferred(accept, JSON, GEOJSON, HTML) == HTML
    form = request.query_params.get("f", "html" if is_page else "json")
    if form not in FORMS:
        if is_page:
            return await _map(assets, request)
        raise InvalidRequest.at("query.f", f"is {' or '.join(FORMS)}")
    if form == "json":
        _check_names(request)
        return JSONResponse(landing(str(request.base_url).rstrip("/")), headers=VARIES)
    return await _map(assets, request)


async def _map(assets: Path, request: Request) -> Response:
    answer = await _page(assets, request, MAP)
    answer.headers.update(VARIES)
    return answer


def _check_names(request: Request) -> None:
    for name in request.query_params:
        if name != "f":
            raise UnknownParameter(f"{name!r} is not known here; known: f", parameter=name)


async def docs_page(assets: Path, request: Request) -> Response:
    """Answer the page that shows and tries what /openapi.json describes."""
    return await _page(assets, request, DOCS)


async def asset(assets: Path, request: Request) -> Response:
    """Answer a file of the page, which never changes under its name.

    Raises:
        NotFound: there is none of that name, maybe since the page was built anew.

    """
    name: str = request.path_params["name"]
    if name in {MAP, DOCS, MANIFEST} or not _is_built(assets):
        raise NotFound("The pages are at / and /docs.")
    try:
        return await _file(assets, request, name, ASSET_HEADERS)
    except HTTPException:
        raise NotFound(f"The page has no file {name!r}; reload it.") from None


def _is_built(assets: Path, name: str = MAP) -> bool:
    return (assets / name).is_file()


async def _page(assets: Path, request: Request, name: str) -> Response:
    """Answer a page, to be revalidated each time; 503 where it was not built."""
    if not _is_built(assets, name):
        return HTMLResponse(NOT_BUILT, status_code=503, headers={"cache-control": "no-store"})
    return await _file(assets, request, name, PAGE_HEADERS)


async def _file(assets: Path, request: Request, name: str, headers: dict[str, str]) -> Response:
    answer = await StaticFiles(directory=assets).get_response(name, request.scope)
    answer.headers.update(headers)
    if name.endswith(".mjs"):
        answer.headers["content-type"] = "text/javascript; charset=utf-8"
    return answer


def router_of(assets: Path) -> APIRouter:
    """Make the routes of the page that lies built in a folder."""
    made = APIRouter()
    for path, endpoint in (("/", map_page), ("/docs", docs_page), ("/assets/{name}", asset)):
        answer = partial(endpoint, assets)
        answer.open_to_anyone = True  # type: ignore[attr-defined]
        made.add_route(path, answer, name=endpoint.__name__, include_in_schema=False)
    return made


router = router_of(ASSETS)
