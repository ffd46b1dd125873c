"""Other forms of a heat map are no second look: what they tell of people is told as ever.

Whoever counts under the threshold asks for hot spots and vector tiles of hexagons at several sizes,
in the whole and in boxes, after the heat map itself. Were a form to count anew, to draw its own
noise or to tell what is withheld, the ledger would notice: equal sets of people have one answer.
Then all that was told is solved together, as the heat map's numbers alone are in test_attack.
"""

from collections import Counter
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import pytest

from gis_gov.geo.cells import parents, to_hex
from gis_gov.geo.tile import Tile, tile_at
from tests.counting.granted import Grant, ask
from tests.counting.test_attack import (
    Asker,
    K,
    Ledger,
    ask_heatmap,
    guesses,
    noise_variance,
)
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village

SIDE = SIDES * STEP
LAYERS = ("persons", "dwellings", "houses")
MIDDLE = (WEST + SIDE / 2, SOUTH + SIDE / 2)


class Forms:
    """Asks for every form with a key, and notes what each tells."""

    def __init__(self, client: httpx.AsyncClient, ledger: Ledger, headers: dict[str, str]) -> None:
        self.client = client
        self.ledger = ledger
        self.headers = headers

    def note(self, layer: str, cell: str, resolution: int, told: int | None) -> None:
        cells = self.ledger.places["cell"].to_numpy()
        of_place = np.array(to_hex(parents(cells, resolution).tolist()))
        self.ledger.note(layer, np.flatnonzero(of_place == cell).tolist(), told)

    async def hot_spots(self, layer: str, resolution: int, **more: Any) -> int:
        asked = {"layer": layer, "resolution": resolution, "f": "json", **more}
        told = await ask(self.client, "/heatmap/hotspots", self.headers, **asked)
        for each in told["cells"]:
            self.note(layer, each["cell"], resolution, each["count"])
        return len(told["cells"])

    async def tiles(self, layer: str, resolution: int, zoom: int) -> int:
        first = tile_at(WEST - 0.02, SOUTH + SIDE + 0.02, zoom)
        last = tile_at(WEST + SIDE + 0.02, SOUTH - 0.02, zoom)
        found = 0
        for x in range(first.x, last.x + 1):
            for y in range(first.y, last.y + 1):
                found += await self.tile(layer, resolution, Tile(zoom, x, y))
        return found

    async def tile(self, layer: str, resolution: int, tile: Tile) -> int:
        path = f"/heatmap/{tile.z}/{tile.x}/{tile.y}.mvt"
        asked = {"layer": layer, "resolution": resolution}
        answer = await self.client.get(path, params=asked, headers=self.headers)
        if answer.status_code == 204:
            return 0
        assert answer.status_code == 200, answer.text
        (drawn,) = mapbox_vector_tile.decode(answer.content).values()
        for each in drawn["features"]:
            properties = each["properties"]
            assert ("count" in properties) != ("withheld" in properties)
            self.note(layer, properties["cell"], resolution, properties.get("count"))
        return len(drawn["features"])


@pytest.fixture(scope="module")
async def ledger(village: Village, asking: httpx.AsyncClient) -> Ledger:
    """Ask for the heat map in all sizes, then for the other forms."""
    headers = Grant("screen").key(village.url)
    made, screen = Ledger(village), Asker(asking, headers)
    forms = Forms(asking, made, headers)
    for layer in LAYERS:
        for resolution in range(13):
            await ask_heatmap(screen, made, layer, resolution)
        for resolution in (8, 9, 10):
            assert await forms.hot_spots(layer, resolution) > 5
            for share in (0.3, 0.3001, 0.9):
                reach = share * SIDE / 2
                corners = (
                    MIDDLE[0] - reach,
                    MIDDLE[1] - reach,
                    MIDDLE[0] + reach,
                    MIDDLE[1] + reach,
                )
                await forms.hot_spots(layer, resolution, bbox=",".join(map(repr, corners)))
        for resolution, zoom in ((7, 9), (9, 11), (11, 13), (12, 14)):
            assert await forms.tiles(layer, resolution, zoom) > 5
    return made


@pytest.mark.parametrize("layer", ["persons", "dwellings"])
async def test_what_is_withheld_stays_so_after_all_forms(ledger: Ledger, layer: str) -> None:
    facts = {fact: told for fact, told in ledger.facts.items() if fact[0] == layer}
    found = guesses(ledger, layer, facts, noise_variance())
    assert len(found) > 50
    for row in found.itertuples():
        counts = np.arange(1, K)
        likelihood = np.exp(-((counts - float(row.mean)) ** 2) / (2 * float(row.deviation) ** 2))  # type: ignore[arg-type]
        assert (likelihood >= likelihood.max() / 10).sum() >= 3
    right = (found["guess"] == found["truth"]).mean()
    assert right <= max(Counter(found["truth"]).values()) / len(found) + 0.1


@pytest.mark.parametrize("role", ["screen", "analyst"])
@pytest.mark.parametrize(
    "asked",
    [
        {"hours": "8-10"},
        {"weekdays": "mon"},
        {"datetime": "2026-01-01/2026-02-01"},
        {"weight": "floors"},
        {"filter": "TRUE"},
    ],
    ids=str,
)
async def test_people_under_the_threshold_are_not_cut_up(
    asking: httpx.AsyncClient, village: Village, role: str, asked: dict[str, str]
) -> None:
    """By hour, day, weight or filter there would be as many sets as one likes."""
    headers = Grant(role).key(village.url)
    for layer in LAYERS:
        for path in ("/heatmap", "/heatmap/hotspots", "/heatmap/density.png"):
            parameters = {"layer": layer, **asked}
            answer = await asking.get(path, params=parameters, headers=headers)
            assert answer.status_code in {400, 403}, (path, layer)
        change = {"layer": layer, "datetime": "2026-01-01/2026-02-01", "before": "2025-01-01/.."}
        answer = await asking.get("/heatmap/change", params=change, headers=headers)
        assert answer.status_code in {400, 403}, layer
