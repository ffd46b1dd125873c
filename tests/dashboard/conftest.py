"""The real server on a filled database, and Chromium looking at it.

`site`         address of a server over the neighbourhood
`empty_site`   address of a server over a migrated database without a row
`commander`    the session of a commander on `site`
`window`       a new browser window, in which nobody is signed in
`visit`        a new window on `site` in that session; at the end nothing may have gone wrong in it
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.conftest import TestServer
from tests.dashboard.neighbourhood import write_neighbourhood
from tests.dashboard.people import Seat, join
from tests.dashboard.visit import Visit
from tests.plain_http import wait_until_ready
from tests.ports import unused_port

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
START_S = 60
# A machine busy with other tests may take long for a first picture.
expect.set_options(timeout=30_000)


@contextlib.contextmanager
def serving(
    database_url: str, port: int | None = None, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a database and yield the address and the server's process."""
    port = port or unused_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gis_gov", "serve", "--port", str(port)],
        env={**os.environ, "GIS_GOV_DATABASE_URL": database_url, **settings},
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, process, START_S)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def neighbourhood_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_neighbourhood(url)
        yield url


@pytest.fixture(scope="session")
def site(neighbourhood_url: str) -> Iterator[str]:
    # Modules come in any order: one session serves them all, however long nobody asks in between.
    with serving(neighbourhood_url, GIS_GOV_SESSION_IDLE_MIN="600") as (address, _):
        yield address


@pytest.fixture(scope="session")
def commander(neighbourhood_url: str, site: str) -> Seat:
    return join(neighbourhood_url, site, "zhihui", "commander")


@pytest.fixture
def empty_site(own_database_url: str) -> Iterator[str]:
    with serving(own_database_url) as (address, _):
        yield address


# Playwright keeps an event loop in this thread: it must be gone before a module with async tests.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def launch(playwright: Playwright, *flags: str) -> Browser:
    """Start Chromium; it opens no connection of its own."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, *QUIET, *flags])


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = launch(playwright, "--enable-unsafe-swiftshader")
    yield started
    started.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    # Without motion the map jumps instead of flying: the same places, sooner.
    with browser.new_context(
        viewport={"width": 1180, "height": 720}, reduced_motion="reduce"
    ) as context:
        yield context.new_page()


@pytest.fixture
def visit(window: Page, site: str, commander: Seat) -> Iterator[Visit]:
    commander.take(window)
    opened = Visit(window, site)
    yield opened
    opened.assert_clean()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core, which judges a page's accessibility."""
    dashboard = Path(__file__).parents[2] / "gis_gov" / "dashboard"
    return (dashboard / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
