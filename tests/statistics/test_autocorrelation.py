"""Moran's I and the local ones against their formulas, and what they tell under the threshold."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis_gov.apart import Apart
from gis_gov.statistics.autocorrelation import autocorrelation, neighbours
from gis_gov.statistics.autocorrelation_schemas import Autocorrelation
from tests.cli.process import clean_environment
from tests.counting.granted import COMMUNITY, Grant, ask
from tests.counting.tiling import World, tile
from tests.counting.village import Village
from tests.statistics.moran_by_hand import chance, local, moran, touching

PATH = "/statistics/autocorrelation"
ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 200  # other tests share the processors


def squares(sides: int) -> list[Any]:
    """Tile a square, with a hole in the middle and an island far off."""
    made = [shapely.box(x, y, x + 1, y + 1) for x in range(sides) for y in range(sides)]
    del made[len(made) // 2]
    return [*made, shapely.box(100, 100, 101, 101)]


@settings(max_examples=8, deadline=None)
@given(sides=st.integers(5, 8), seed=st.integers(0, 10_000))
def test_they_are_those_of_the_formulas(sides: int, seed: int) -> None:
    shapes, random = squares(sides), np.random.default_rng(seed)
    values = random.lognormal(0, 1, len(shapes))
    values[: sides * 2] *= 3  # a corner where all are high
    found = autocorrelation(shapes, values.tolist())
    linked, touch = values[:-1], touching(shapes[:-1])
    assert found.overall is not None
    told = (found.overall.i, found.overall.expected, found.overall.z, found.overall.p)
    assert told == pytest.approx(moran(linked, touch), rel=1e-9, abs=1e-12)
    assert found.units[-1] is None  # the island
    assert [unit.i for unit in found.units if unit] == pytest.approx(local(linked, touch).tolist())
    assert [unit.neighbours for unit in found.units if unit] == touch.sum(axis=1).tolist()
    means = (touch @ linked / touch.sum(axis=1)).tolist()
    assert [unit.lag for unit in found.units if unit] == pytest.approx(means)
    above = linked > linked.mean()
    lags = touch @ linked / touch.sum(axis=1) > linked.mean()
    named = {True: "high", False: "low"}
    for unit, one, other in zip(found.units, above.tolist(), lags.tolist(), strict=False):
        assert unit
        assert unit.kind == ("none" if unit.p > 0.05 else f"{named[one]}-{named[other]}")


@pytest.mark.parametrize("mean", [0.3, 2, 50])
@pytest.mark.parametrize("seed", range(3))
def test_p_is_what_chance_brings_with_ties_on_both_sides(mean: float, seed: int) -> None:
    """Where most have nothing, to have neighbours with nothing is no finding."""
    shapes = squares(4)[:-1]
    counts = np.random.default_rng(seed).poisson(mean, len(shapes))
    found, touch = autocorrelation(shapes, counts.tolist()), touching(shapes)
    for n, unit in enumerate(found.units):
        wanted = chance(counts, touch, n)
        assert unit
        # 999 permutations and the observed one: five times what they err by, and a draw.
        assert abs(unit.p - wanted) < 5 * (wanted * (1 - wanted) / 1_000) ** 0.5 + 0.002


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


@pytest.mark.parametrize("unit", [1, 0.9, 1 / 0.26])
def test_of_just_the_mean_nothing_is_said(unit: float) -> None:
    """Its local I is 0 whatever its neighbours have, and not what the last digits make of it."""
    shapes = squares(4)[:-1]
    counts = [n * 7 % 5 for n in range(len(shapes))]  # on average 2
    found = autocorrelation(shapes, [count * unit for count in counts])
    means = [local for local, count in zip(found.units, counts, strict=True) if count == 2]
    assert [local and (local.p, local.kind) for local in means] == [(1, "none")] * 3


async def test_who_asks_at_once_is_answered_as_who_asks_alone() -> None:
    """In the process apart, and in the next one, too."""
    shapes, random = squares(12), np.random.default_rng(8)
    values = random.lognormal(0, 1, len(shapes)).tolist()
    alone = autocorrelation(shapes, values)
    for _ in range(2):
        async with Apart(LIMIT_S) as apart:
            asked = [apart.run(autocorrelation, shapes, values) for _ in range(4)]
            assert all(found == alone for found in await asyncio.gather(*asked))


def python(code: str, **environment: object) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=clean_environment(PYTHONPATH=ROOT, **environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_a_server_starts_without_the_library() -> None:
    loaded = python("import sys, gis_gov.app; print(*sys.modules)").split()
    assert "gis_gov.statistics.autocorrelation" in loaded
    assert {"esda", "libpysal", "scipy", "sklearn"}.isdisjoint(loaded)


def test_the_library_leaves_nothing_in_the_home_and_says_nothing(tmp_path: Path) -> None:
    code = (
        "import shapely; from gis_gov.statistics.autocorrelation import autocorrelation\n"
        "shapes = [shapely.box(n % 3, n // 3, n % 3 + 1, n // 3 + 1) for n in range(9)]\n"
        "print(autocorrelation(shapes, [n * n for n in range(9)]).overall.expected)"
    )
    assert python(code, HOME=tmp_path) == "-0.125\n"
    assert list(tmp_path.iterdir()) == []


def test_where_all_are_neighbours_of_all_nothing_could_be_otherwise() -> None:
    around = [shapely.box(x, y, x + 1, y + 1) for x in range(2) for y in range(2)]
    found = autocorrelation(around, [1.0, 2.0, 3.0, 7.0])
    assert found.overall is None
    assert [unit and unit.kind for unit in found.units] == ["none"] * 4


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


async def test_a_file_tells_moran_s_i_of_all(client: httpx.AsyncClient) -> None:
    asked = {"measure": "events"}
    moran = (await client.get(PATH, params=asked)).json()["moran"]
    wanted = {f"moran_{name}": pytest.approx(value) for name, value in moran.items()}
    assert len(wanted) == 4
    made = {
        f: io.BytesIO((await client.get(PATH, params={**asked, "f": f})).content)
        for f in ("csv", "xlsx", "parquet")
    }
    file: Any = made["parquet"]
    for table in (pd.read_csv(made["csv"]), gpd.read_parquet(file)):
        for row in table[list(wanted)].to_dict("records"):
            assert row == wanted
    about = openpyxl.load_workbook(made["xlsx"])["about"]
    told = {name: value for name, value in about.iter_rows(values_only=True, max_col=2)}  # noqa: C416
    assert {name: told[name] for name in wanted} == wanted


async def test_where_there_is_no_moran_s_i_the_columns_are_empty(
    client: httpx.AsyncClient, world: World
) -> None:
    asked = {"measure": "events", "level": "district"}
    assert (await client.get(PATH, params=asked)).json()["moran"] is None
    answer = await client.get(PATH, params={**asked, "f": "csv"})
    table = pd.read_csv(io.BytesIO(answer.content))
    assert table[["moran_i", "moran_p"]].isna().all(axis=None)


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
