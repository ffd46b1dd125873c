"""Moran's I and the local ones against PySAL's, and what they tell under the threshold."""

import asyncio
import io
import warnings
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis_gov.statistics.autocorrelation import PERMUTATIONS, autocorrelation, neighbours
from gis_gov.statistics.autocorrelation_schemas import Autocorrelation
from tests.counting.granted import COMMUNITY, Grant, ask
from tests.counting.tiling import World, tile
from tests.counting.village import Village

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what speeds it up and is not there
    from esda.moran import Moran, Moran_Local
    from libpysal.graph import Graph

PATH = "/statistics/autocorrelation"


def squares(sides: int) -> list[Any]:
    """Tile a square, with a hole in the middle and an island far off."""
    made = [shapely.box(x, y, x + 1, y + 1) for x in range(sides) for y in range(sides)]
    del made[len(made) // 2]
    return [*made, shapely.box(100, 100, 101, 101)]


def weights_of(shapes: list[Any]) -> Any:
    """Make PySAL's weights: of each unit its queen neighbours, all alike."""
    found = {n: [] for n in range(len(shapes))}
    for one, shape in enumerate(shapes):
        found[one] = [n for n, other in enumerate(shapes) if n != one and shape.intersects(other)]
    linked = {one: others for one, others in found.items() if others}
    return Graph.from_dicts(linked).transform("r"), sorted(linked)


@settings(max_examples=8, deadline=None)
@given(sides=st.integers(5, 8), seed=st.integers(0, 10_000))
def test_they_are_those_of_pysal(sides: int, seed: int) -> None:
    shapes, random = squares(sides), np.random.default_rng(seed)
    values = random.lognormal(0, 1, len(shapes))
    values[: sides * 2] *= 3  # a corner where all are high
    found = autocorrelation(shapes, values.tolist())
    graph, linked = weights_of(shapes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        overall = Moran(values[linked], graph, permutations=0)
        each = Moran_Local(values[linked], graph, permutations=9_999, seed=1, n_jobs=1)
    assert found.overall is not None
    told = (found.overall.i, found.overall.expected, found.overall.z, found.overall.p)
    wanted = (overall.I, overall.EI, overall.z_rand, overall.p_rand)
    assert told == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    locals_ = [found.units[n] for n in linked]
    assert [local.i for local in locals_ if local] == pytest.approx(each.Is.tolist())
    # Beside so many permutations, theirs differ from ours by the chance of ours alone.
    p = np.array([local.p for local in locals_ if local])
    spread = np.sqrt(np.maximum(each.p_sim * (1 - each.p_sim), 1e-3) / PERMUTATIONS)
    assert (np.abs(p - each.p_sim) < 7 * spread).all()
    quadrants = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}
    for local, quadrant in zip(locals_, each.q, strict=True):
        assert local
        assert local.kind == ("none" if local.p > 0.05 else quadrants[int(quadrant)])
    assert found.units[-1] is None  # the island


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_those_that_touch(seed: int) -> None:
    shapes = [grid.shape for grid in tile(np.random.default_rng(seed))]
    one, other = neighbours(shapes)
    wanted = {
        (a, b)
        for a, left in enumerate(shapes)
        for b, right in enumerate(shapes)
        if a != b and left.distance(right) < 1e-6
    }
    assert set(zip(one.tolist(), other.tolist(), strict=True)) == wanted


def test_it_is_the_same_each_time_and_few_false_ones_are_found() -> None:
    shapes, random = squares(9), np.random.default_rng(4)
    values = random.normal(0, 1, len(shapes)).tolist()
    one, other = autocorrelation(shapes, values), autocorrelation(shapes, values)
    assert one == other
    assert not any(local.fdr for local in one.units if local)


@pytest.mark.parametrize("mean", [0.3, 2])
@pytest.mark.parametrize("unit", [0.1, 3.7, 1 / 0.26])
def test_the_unit_that_is_counted_in_decides_nothing(mean: float, unit: float) -> None:
    """Of small counts many draws tie, and sums that are equal differ in their last digits."""
    shapes, random = squares(20), np.random.default_rng(7)
    counts = random.poisson(mean, len(shapes)).astype(float)
    one = autocorrelation(shapes, counts.tolist())
    other = autocorrelation(shapes, (counts * unit).tolist())
    told, again = (
        [unit and (unit.p, unit.kind, unit.fdr) for unit in found.units] for found in (one, other)
    )
    assert told == again


async def test_who_asks_at_once_is_answered_as_who_asks_alone() -> None:
    shapes, random = squares(12), np.random.default_rng(8)
    values = random.lognormal(0, 1, len(shapes)).tolist()
    alone = autocorrelation(shapes, values)
    asked = [asyncio.to_thread(autocorrelation, shapes, values) for _ in range(4)]
    assert all(found == alone for found in await asyncio.gather(*asked))


def test_of_what_has_no_value_nothing_is_said() -> None:
    shapes = squares(4)
    values: list[float | None] = [float(n) for n in range(len(shapes))]
    values[0] = values[3] = None
    found = autocorrelation(shapes, values)
    assert found.units[0] is found.units[3] is found.units[-1] is None
    without = [n for n in range(len(shapes)) if n not in (0, 3)]
    assert (
        found.overall
        == autocorrelation([shapes[n] for n in without], [values[n] for n in without]).overall
    )


@pytest.mark.parametrize(
    "values", [[1.0] * 17, [None] * 17, [1.0, 2.0, *[None] * 15]], ids=["same", "none", "two"]
)
def test_without_differences_or_units_there_is_no_index(values: list[float | None]) -> None:
    found = autocorrelation(squares(4)[:-1][: len(values)], values[:15])
    assert found.overall is None
    assert found.units == [None] * 15


async def told_of(
    asking: httpx.AsyncClient, village: Village, grant: Grant, **asked: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    headers = grant.key(village.url)
    found = await ask(asking, PATH, headers, **asked)
    Autocorrelation(**found)
    asked["measures"] = asked.pop("measure")
    return found, await ask(asking, "/statistics", headers, **{"per": "km2", **asked})


def expected_of(village: Village, plain: dict[str, Any], measure: str) -> NDArray[np.float64]:
    """Make a matrix of the village's sixteen grids, four by four, from what was told of them."""
    rates = {row["code"]: row["rates"][measure]["value"] for row in plain["rows"] if row["code"]}
    told = [rates[code] for code in sorted(rates, key=lambda code: code[-2:])]
    return np.array([np.nan if value is None else value for value in told])


@pytest.mark.parametrize("grant", [Grant("commander"), Grant("screen")], ids=str)
async def test_the_figures_are_those_of_the_statistics(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    """So under the threshold it is made of what is told anyway."""
    found, plain = await told_of(asking, village, grant, measure="persons")
    told = {row["code"]: row["rates"]["persons"] for row in plain["rows"] if row["code"]}
    for row in found["rows"]:
        assert {name: row[name] for name in ("numerator", "denominator", "value")} == told[
            row["code"]
        ]
        if row["value"] is None:
            assert row["kind"] is row["local_i"] is None
    assert found.get("threshold") == plain.get("threshold")
    values = expected_of(village, plain, "persons")
    shapes = [
        shapely.box(n % 4, n // 4, n % 4 + 1, n // 4 + 1) if np.isfinite(value) else None
        for n, value in enumerate(values)
    ]
    wanted = autocorrelation(shapes, [v if np.isfinite(v) else None for v in values])
    assert wanted.overall is not None
    assert found["moran"]["i"] == pytest.approx(wanted.overall.i)


async def test_of_a_part_only_that_part_is_compared(
    asking: httpx.AsyncClient, village: Village
) -> None:
    found, _ = await told_of(asking, village, Grant("supervisor", COMMUNITY), measure="persons")
    assert len(found["rows"]) == 4
    assert all(row["code"].startswith(COMMUNITY) for row in found["rows"])


async def test_retired_grids_are_no_neighbours(client: httpx.AsyncClient, world: World) -> None:
    found = (await client.get(PATH, params={"measure": "events"})).json()
    retired = {grid.code for grid in world.grids if grid.retired}
    assert retired.isdisjoint(row["code"] for row in found["rows"])
    as_csv = await client.get(PATH, params={"measure": "events", "f": "csv"})
    assert len(as_csv.text.splitlines()) == len(found["rows"]) + 1


async def test_geoparquet_has_the_rows_with_the_outlines(
    client: httpx.AsyncClient, world: World
) -> None:
    found = (await client.get(PATH, params={"measure": "events"})).json()
    answer = await client.get(PATH, params={"measure": "events", "f": "parquet"})
    file: Any = io.BytesIO(answer.content)
    table = gpd.read_parquet(file)
    assert table.crs == "OGC:CRS84"
    assert (table["at"] >= pd.Timestamp(found["at"])).all()
    told = table[["code", "numerator", "denominator", "value", "local_i", "p", "kind", "fdr"]]
    told = told.astype(object).where(told.notna(), None)
    assert told.to_dict("records") == [
        {name: row[name] for name in told.columns} for row in found["rows"]
    ]
    shapes = {grid.code: grid.shape for grid in world.grids}
    for code, shape in zip(table["code"], table.geometry, strict=True):
        assert shape.symmetric_difference(shapes[code]).area < 1e-8


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("measure=trees", "invalid-request"),
        ("measure=persons&per=1000_persons", "invalid-request"),
        ("measure=persons&datetime=2026-01-01", "no-time"),
        ("measure=persons&within=nowhere", "unknown-code"),
    ],
)
async def test_wrong_questions_are_problems(
    client: httpx.AsyncClient, query: str, slug: str
) -> None:
    answer = await client.get(f"{PATH}?{query}")
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"


def test_what_lies_upon_others_is_left_out() -> None:
    """As an exclusive grid that is laid over base grids."""
    shapes = squares(4)[:-1]
    values: list[float | None] = [float(n * n % 7) for n in range(len(shapes))]
    upon = shapely.box(0.5, 0.5, 1.5, 1.5)
    found, without = (
        autocorrelation([*shapes, upon], [*values, 99.0]),
        autocorrelation(shapes, values),
    )
    assert found.units == [*without.units, None]
    assert found.overall == without.overall
    assert all(without.units)
