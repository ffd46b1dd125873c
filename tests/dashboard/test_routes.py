"""The page and its assets over HTTP: what is cached, what is refused, what is said unbuilt."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gis_gov import problems
from gis_gov.dashboard.routes import router_of

INDEX = '<!doctype html><script type="module" src="/assets/main-1a2b3c.js"></script>'


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "index.html").write_text(INDEX)
    (folder / "docs.html").write_text(INDEX.replace("main", "docs"))
    (folder / "main-1a2b3c.js").write_text("export {};")
    (folder / "worker-4d5e6f.mjs").write_text("export {};")
    (tmp_path / "secret.txt").write_text("no")
    return folder


@pytest.fixture
def site(assets: Path) -> httpx.AsyncClient:
    app = FastAPI(docs_url=None)
    problems.install(app)
    app.include_router(router_of(assets))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test",
        headers={"accept": "text/html,*/*;q=0.8"},  # as a browser
    )


pytestmark = pytest.mark.anyio


async def test_page_is_asked_for_anew_each_time(assets: Path, site: httpx.AsyncClient) -> None:
    answer = await site.get("/")
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    again = await site.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


async def test_docs_page_is_as_strict_as_the_map(assets: Path, site: httpx.AsyncClient) -> None:
    answers = [await site.get(path) for path in ("/", "/docs")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "docs-1a2b3c.js" in answers[1].text
    for name in ("cache-control", "content-security-policy", "referrer-policy"):
        assert answers[0].headers[name] == answers[1].headers[name]


async def test_page_takes_foreign_query_parameters(assets: Path, site: httpx.AsyncClient) -> None:
    assert (await site.get("/?from=groupmessage")).status_code == 200
    pages = {"accept": "text/html,*/*;q=0.8"}
    assert (
        (await site.get("/?f=groupmessage", headers=pages))
        .headers["content-type"]
        .startswith("text/html")
    )


async def test_page_allows_nothing_from_elsewhere(assets: Path, site: httpx.AsyncClient) -> None:
    policy = (await site.get("/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe|https?:|\*", policy)


@pytest.mark.parametrize("name", ["main-1a2b3c.js", "worker-4d5e6f.mjs"])
async def test_asset_is_kept_for_good(assets: Path, site: httpx.AsyncClient, name: str) -> None:
    answer = await site.get(f"/assets/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name",
    [
        "main-000000.js",
        "index.html",
        "docs.html",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2fetc%2fpasswd",
    ],
)
async def test_other_files_are_not_found(assets: Path, site: httpx.AsyncClient, name: str) -> None:
    answer = await site.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "immutable" not in answer.headers["cache-control"]


async def test_head_is_answered(assets: Path, site: httpx.AsyncClient) -> None:
    answer = await site.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("path", "file"), [("/", "index.html"), ("/docs", "docs.html")])
async def test_unbuilt_page_says_how_to_build_it(
    assets: Path, site: httpx.AsyncClient, path: str, file: str
) -> None:
    (assets / file).unlink()
    answer = await site.get(path)
    assert answer.status_code == 503
    assert "npm run build" in answer.text
    assert answer.headers["cache-control"] == "no-store"
