"""How soon a position is drawn on the map: a real browser, in which the page shows some streets."""

import asyncio
import importlib.util
import os
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from gis_gov.access.permit import COOKIE
from gis_gov.bench.measure import Speed

if TYPE_CHECKING:
    from playwright.async_api import Page

START_S: Final = 60
"""What the map may take until it has drawn the district for the first time."""
ZOOM: Final = 13
"""From here on each worker is drawn singly: 40 km² on a screen."""

Fix = tuple[str, int]
"""The code of a worker, and the time of a fix in whole seconds since 1970."""

# What a picture shows is noted once it has been drawn, if there were new tiles for it: to ask the
# map takes long, too.
_NOTE: Final = """(source) => {
    const map = window.gisGovMap, last = new Map(), drawn = [];
    let isNew = false;
    map.on("sourcedata", ({ sourceId, tile }) => {
        if (sourceId === source && tile) isNew = true;
    });
    map.on("render", () => {
        if (!isNew) return;
        isNew = false;
        const at_s = (performance.timeOrigin + performance.now()) / 1000;
        for (const { properties: { code, time } } of map.querySourceFeatures(source)) {
            if ((last.get(code) ?? 0) >= time) continue; // one tile may be older than the next
            last.set(code, time);
            drawn.push([code, time, at_s]);
        }
    });
    window.gisGovDrawn = drawn;
}"""
_DRAWN: Final = "window.gisGovDrawn.splice(0)"
_SOURCE: Final = "workers-live"
_IS_DRAWN: Final = "Boolean(window.gisGovMap?.loaded())"
_FLAGS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
)


class NoBrowser(Exception):
    """There is no browser to look with; the message says what is missing."""


class Screen:
    """The page in a browser, as somebody has it open who watches some streets."""

    def __init__(self, page: "Page") -> None:
        self._page = page

    async def look(self) -> None:
        """Begin to note what is drawn."""
        await self._page.evaluate(_NOTE, _SOURCE)

    async def seen(self, sent: Mapping[Fix, float]) -> Speed:
        """Tell how long after they were sent (s since 1970) fixes were drawn, in ms.

        Of a worker who was told anew before a picture was drawn, the older fix is on none.
        """
        drawn: list[tuple[str, int, float]] = await self._page.evaluate(_DRAWN)
        delay = Speed()
        for code, time, at_s in drawn:
            sent_s = sent.get((code, time))
            if sent_s is not None:
                delay.times_ms.append((at_s - sent_s) * 1000)
        return delay


def require_browser() -> str:
    """Return the path of Chromium.

    Raises:
        NoBrowser: it is not installed, or what drives it is not.

    """
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise NoBrowser("there is no Chromium: apt-get install chromium")
    if importlib.util.find_spec("playwright") is None:
        raise NoBrowser("there is no playwright: pip install playwright")
    return path


@asynccontextmanager
async def looking(port: int, session: str, at: tuple[float, float]) -> AsyncGenerator[Screen]:
    """Open the page around a place in the session of somebody, and wait until the map is drawn.

    Raises:
        NoBrowser: there is none.

    """
    path = require_browser()
    from playwright.async_api import async_playwright  # noqa: PLC0415 - it is for tests

    site = f"http://127.0.0.1:{port}"
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=path, args=flags)
        context = await browser.new_context(viewport={"width": 1180, "height": 720})
        await context.add_cookies([{"name": COOKIE, "value": session, "url": site}])
        page = await context.new_page()
        lon, lat = at
        await page.goto(f"{site}/#map={ZOOM}/{lat}/{lon}")
        await _until_drawn(page)
        screen = Screen(page)
        await screen.look()
        try:
            yield screen
        finally:
            await browser.close()


async def _until_drawn(page: "Page") -> None:
    async with asyncio.timeout(START_S):
        # The page's own policy forbids the driver to wait in it.
        while not await page.evaluate(_IS_DRAWN):
            await page.wait_for_timeout(100)
