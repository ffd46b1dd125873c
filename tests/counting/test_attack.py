"""Who may not know exact numbers of people asks all that he may ask, and does not learn them.

The attacker knows how cells, grids and areas nest and which places have people at all; he asks for
every unit of every level within every place, every hexagon of every resolution, nested boxes, in
both formats, again and again. Then he solves for what is withheld by least squares over all that he
was told. The measure of safety, for each withheld count:

- in the Gaussian approximation of what he then believes, at least three of the counts 1 to k - 1
  stay at least a tenth as likely as the likeliest;
- over all of them, and over those that the same attack finds where the other counts are exact
  (there are such, which proves it to be an attack), his best guesses are right hardly more often
  than if he always named the commonest count.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gis_gov.counting.threshold import NOISE_PER_K
from gis_gov.geo.cells import parents, to_hex
from tests.counting.village import DISTRICT, SIDES, SOUTH, STEP, WEST, Village
from tests.signed_in import bearer, make_key

K = 10
PERSONAL = ("persons", "houses", "dwellings", "households")
ASKED = (*PERSONAL, "buildings")
LEVELS = ("grid", "community", "street", "district")
Fact = tuple[str, frozenset[int]]
Facts = dict[Fact, int | None]


@pytest.fixture(scope="module")
def screen(village: Village, asking: httpx.AsyncClient) -> "Asker":
    return Asker(asking, bearer(make_key(village.url, "screen")))


class Asker:
    """Asks with a key."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    async def get(self, path: str, params: dict[str, Any]) -> httpx.Response:
        return await self._client.get(path, params=params, headers=self._headers)


class Ledger:
    """What the attacker was told of which set of places; equal sets are always told equally."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.facts: Facts = {}
        placed = village.things.assign(
            grid=village.things["grid"].fillna(""),
            area=village.things["area"].fillna(""),
        )
        self.places = placed.groupby(["cell", "grid", "area"], sort=True).size().reset_index()
        index = {
            key: n
            for n, key in enumerate(
                self.places[["cell", "grid", "area"]].itertuples(index=False, name=None)
            )
        }
        keys = placed[["cell", "grid", "area"]].itertuples(index=False, name=None)
        self.place_of = pd.Series([index[key] for key in keys], index=placed.index)
        self.truth = {layer: self._truth(layer) for layer in ("persons", "dwellings", "buildings")}
        self.truth["houses"] = self.truth["dwellings"] + self.truth["buildings"]
        self.truth["households"] = village.grids["households"].fillna(0).to_numpy(dtype=float)

    def _truth(self, layer: str) -> NDArray[np.float64]:
        of_layer = self.place_of[self.village.things["layer"] == layer]
        return np.bincount(of_layer, minlength=len(self.places)).astype(float)

    def note(self, layer: str, places: Iterable[int], told: int | None) -> None:
        """Note an answer; 0 is told as 0, few are withheld, and nothing else is."""
        populated = frozenset(n for n in places if self.truth[layer][n])
        truth = self.truth[layer][sorted(populated)].sum()
        if truth == 0:
            assert told in (0, None if layer == "households" else 0)
            return
        if layer == "buildings":
            assert told == truth
        elif truth < K:
            assert told is None
        else:
            assert told is None or told >= K
            assert told is not None or layer == "houses"
        # Equal sets of people, and so of the same parts, are told equally wherever they make up.
        assert self.facts.setdefault((layer, populated), told) == told

    def units(self, layer: str, level: str) -> "pd.Series[str]":
        """Return the unit of each place, or for households of each grid."""
        frame = self.village.grids if layer == "households" else self.places
        return self.village.units(frame, level)


async def ask_statistics(screen: Asker, ledger: Ledger, level: str, within: str | None) -> None:
    parameters = {"level": level, "measures": ",".join(ASKED)}
    if within is not None:
        parameters["within"] = within
    answer = await screen.get("/statistics", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    table = answer.json()
    again = (await screen.get("/statistics", params=parameters)).json()
    assert again | {"at": None} == table | {"at": None}
    assert table["threshold"] == K
    as_csv = await screen.get("/statistics", params={**parameters, "f": "csv"})
    rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    for row, written in zip(table["rows"], rows, strict=True):
        assert written["code"] == (row["code"] or "")
        for layer in ASKED:
            assert written[layer] == ("" if row[layer] is None else str(row[layer]))
    for layer in ASKED:
        units = ledger.units(layer, level)
        inside = in_scope(ledger, layer, within)
        for row in table["rows"]:
            places = [n for n in inside if units[n] == (row["code"] or "")]
            note_row(ledger, layer, places, row)
        note_row(ledger, layer, inside, table["total"])


def in_scope(ledger: Ledger, layer: str, within: str | None) -> list[int]:
    frame = ledger.village.grids if layer == "households" else ledger.places
    if within is None:
        return list(frame.index)
    grid = "G" in within
    held = frame["grid"] == within if grid else frame["area"].str.startswith(within)
    return frame.index[held].tolist()


def note_row(ledger: Ledger, layer: str, places: list[int], row: dict[str, Any]) -> None:
    ledger.note(layer, places, row[layer])
    told_withheld = layer in row.get("withheld", [])
    withheld = row[layer] is None and ledger.truth[layer][places].sum() > 0
    assert told_withheld == withheld


async def ask_heatmap(
    screen: Asker,
    ledger: Ledger,
    layer: str,
    resolution: int,
    box: tuple[float, float, float, float] | None = None,
) -> dict[str, int | None]:
    parameters: dict[str, Any] = {"layer": layer, "resolution": resolution}
    if box is not None:
        parameters["bbox"] = ",".join(map(repr, box))
    answer = await screen.get("/heatmap", params={**parameters, "f": "json"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    cells: dict[str, int | None] = answer.json()["cells"]
    drawn = (await screen.get("/heatmap", params=parameters)).json()["features"]
    assert {each["id"]: each["properties"]["count"] for each in drawn} == cells
    assert all(
        ("withheld" in each["properties"]) == (each["properties"]["count"] is None)
        for each in drawn
    )
    of_place = np.array(to_hex(parents(ledger.places["cell"].to_numpy(), resolution).tolist()))
    for cell, told in cells.items():
        ledger.note(layer, np.flatnonzero(of_place == cell).tolist(), told)
    return cells


@pytest.fixture(scope="module")
async def ledger(village: Village, screen: Asker) -> Ledger:
    """Ask everything, and keep what was told."""
    made = Ledger(village)
    codes = [None, *sorted(set(village.grids["area"].str[:9])), DISTRICT]
    codes += sorted(set(village.grids["area"])) + village.grids["grid"].tolist()
    for within in codes:
        depth = 0 if within is None else ("G" in within and 4) or (len(within) - 3) // 3
        for level in LEVELS[: 5 - depth if depth else 4]:
            await ask_statistics(screen, made, level, within)
    middle = (WEST + SIDES * STEP / 2, SOUTH + SIDES * STEP / 2)
    random = np.random.default_rng(3)
    for layer in ("persons", "houses", "dwellings"):
        for resolution in range(13):
            whole = await ask_heatmap(screen, made, layer, resolution)
            # Boxes that grow around the middle by less than a house each, and some at random.
            for share in (0.1, 0.1001, 0.3, *random.uniform(0.05, 1, 2).tolist()):
                x, y = share * SIDES * STEP / 2, share * SIDES * STEP / 2
                box = (middle[0] - x, middle[1] - y, middle[0] + x, middle[1] + y)
                part = await ask_heatmap(screen, made, layer, resolution, box)
                assert part.items() <= whole.items()
    return made


def believed(
    ledger: Ledger, layer: str, facts: Facts, told_variance: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and covariance of what the attacker believes of the count of each place.

    Each has a wide prior; a withheld count is one between 1 and k - 1.
    """
    size = len(ledger.truth[layer])
    precision = np.eye(size) / 20**2
    weighted = np.full(size, 10.0) / 20**2
    for (_, places), told in facts.items():
        row = np.zeros(size)
        row[sorted(places)] = 1
        value, variance = (
            (K / 2, ((K - 1) ** 2 - 1) / 12) if told is None else (told, told_variance)
        )
        precision += np.outer(row, row) / variance
        weighted += row * value / variance
    covariance: NDArray[np.float64] = np.linalg.inv(precision).astype(np.float64)
    return covariance @ weighted, covariance


def noise_variance() -> float:
    ratio = np.exp(-1 / (NOISE_PER_K * K))
    return float(2 * ratio / (1 - ratio) ** 2)


def guesses(ledger: Ledger, layer: str, facts: Facts, told_variance: float) -> pd.DataFrame:
    """Return for each withheld set its truth, and the attacker's mean and standard deviation."""
    mean, covariance = believed(ledger, layer, facts, told_variance)
    made = []
    for (_, places), told in facts.items():
        if told is None:
            index = sorted(places)
            part = covariance[np.ix_(index, index)].sum()
            made.append((ledger.truth[layer][index].sum(), mean[index].sum(), np.sqrt(part)))
    frame = pd.DataFrame(made, columns=["truth", "mean", "deviation"])
    return frame.assign(guess=frame["mean"].round().clip(1, K - 1))


@pytest.mark.parametrize("layer", ["persons", "dwellings", "households"])
async def test_withheld_counts_cannot_be_solved_for(ledger: Ledger, layer: str) -> None:
    facts = {fact: told for fact, told in ledger.facts.items() if fact[0] == layer}
    found = guesses(ledger, layer, facts, noise_variance())
    assert len(found) > (3 if layer == "households" else 50)
    for row in found.itertuples():
        counts = np.arange(1, K)
        likelihood = np.exp(-((counts - float(row.mean)) ** 2) / (2 * float(row.deviation) ** 2))  # type: ignore[arg-type]
        assert (likelihood >= likelihood.max() / 10).sum() >= 3
    if layer == "households":
        return  # too few for a share to say anything
    exact: Facts = {
        (name, places): None if told is None else int(ledger.truth[layer][sorted(places)].sum())
        for (name, places), told in facts.items()
    }
    solved = guesses(ledger, layer, exact, 1e-4)
    given_away = solved["deviation"] < 0.3
    assert given_away.sum() >= 20
    assert (solved["guess"] == solved["truth"])[given_away].mean() > 0.95
    right = found["guess"] == found["truth"]
    for picked in (given_away, ~given_away | True):
        chance = max(Counter(found["truth"][picked]).values()) / picked.sum()
        assert right[picked].mean() <= chance + 0.1


async def test_a_parent_less_its_other_children_is_no_child(ledger: Ledger) -> None:
    """Every equation that would give a withheld set as the difference of told ones."""
    told = {fact: value for fact, value in ledger.facts.items() if value is not None}
    right: list[bool] = []
    for layer in ("persons", "dwellings"):
        sets = {places: value for (name, places), value in told.items() if name == layer}
        withheld = [p for (name, p), v in ledger.facts.items() if name == layer and v is None]
        for places in withheld:
            truth = ledger.truth[layer][sorted(places)].sum()
            right += [
                whole_value - sets[whole - places] == truth
                for whole, whole_value in sets.items()
                if places < whole and whole - places in sets
            ]
    assert len(right) > 20
    # Two noises: the likeliest error has a probability of 0.09.
    assert np.mean(right) < 0.2


async def test_houses_tell_no_more_than_their_dwellings(ledger: Ledger) -> None:
    for (layer, places), told in ledger.facts.items():
        if layer == "houses" and told is not None:
            index = sorted(places)
            lived_in = frozenset(n for n in index if ledger.truth["dwellings"][n])
            dwellings = ledger.facts[("dwellings", lived_in)] if lived_in else 0
            assert dwellings is not None
            assert told == ledger.truth["buildings"][index].sum() + dwellings
