"""A browser window on the map page: what a viewer does there, and what the window noticed."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

WAIT_S = 60
# Chromium's software WebGL tells of its own slowness.
HARMLESS = "GL Driver Message"
# The page's own map lives on below: its streams go on meanwhile and need one to draw on.
DRAWN_OVER = """(options) => {
    const container = document.createElement("div");
    container.style.cssText = "position: fixed; inset: 0; z-index: 99";
    document.body.append(container);
    window.gisGovMap = new window.gisGovMap.constructor({ container, ...options });
}"""


class Visit:
    """One window on one site."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)

    def open(self, fragment: str = "") -> "Visit":
        """Open the page and wait until the map is drawn."""
        self.page.goto(f"{self.site}/{fragment}")
        return self.settle()

    def settle(self) -> "Visit":
        """Wait until the map stands still and has drawn all that it asked for."""
        self.until(
            lambda: self.page.evaluate(
                "Boolean(window.gisGovMap?.loaded() && !window.gisGovMap.isMoving())"
            ),
            "the map is drawn",
        )
        return self

    def draw_over(self, **options: Any) -> None:
        """Draw another map over the page's, which is the one asked of from then on."""
        self.page.evaluate(DRAWN_OVER, options)

    def until(self, true: Callable[[], object], what: str) -> None:
        """Wait for something; the page's own policy forbids the browser driver to wait in it."""
        deadline = time.monotonic() + WAIT_S
        while not true():
            assert time.monotonic() < deadline, f"waited in vain: {what}; {self.complaints}"
            self.page.wait_for_timeout(50)

    def click_map(self, lon: float, lat: float) -> None:
        """Click the map at a place that is in view."""
        box = self.page.locator(".map").bounding_box()
        assert box
        at = self.page.evaluate("([lon, lat]) => window.gisGovMap.project([lon, lat])", [lon, lat])
        assert 0 < at["x"] < box["width"], at
        assert 0 < at["y"] < box["height"], at
        self.page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])

    def answered(self) -> None:
        """Wait until the search's answers stand in the panel."""
        self.page.locator(".chain").wait_for()
        self.until(
            lambda: self.page.locator(".panel").get_attribute("aria-busy") == "false",
            "the search is answered",
        )

    def rendered(self, layer: str) -> list[dict[str, Any]]:
        """Return the properties of the features that a style layer has drawn in view."""
        return self.page.evaluate(
            """(layer) => window.gisGovMap.queryRenderedFeatures({ layers: [layer] })
                .map((feature) => ({ ...feature.properties, drawn_id: feature.id }))""",
            layer,
        )

    def centre(self) -> tuple[float, float]:
        """Return the middle of the map, lon and lat."""
        middle = self.page.evaluate("window.gisGovMap.getCenter()")
        return middle["lng"], middle["lat"]

    def fragment(self) -> dict[str, str]:
        """Return the parts of the page's address after the #."""
        parts = urlsplit(self.page.url).fragment.split("&")
        return dict(part.split("=", 1) for part in parts if "=" in part)

    def assert_clean(self) -> None:
        """Check that nothing complained and no request left this machine's own server."""
        assert not self.complaints, self.complaints
        assert self.foreign == []

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and HARMLESS not in message.text:
            self.complaints.append(message.text)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", f"blob:{self.site}/", "data:")):
            self.foreign.append(request.url)
