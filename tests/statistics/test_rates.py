"""Rates are what was told of one measure over what was told of another; files tell the same."""

import csv
import io
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import openpyxl
import pandas as pd
import pytest

from gis_gov.geo.measure import area_m2
from gis_gov.statistics.schemas import StatisticsTable
from gis_gov.statistics.table_files import table_csv, table_xlsx
from tests.counting.granted import Grant, ask
from tests.counting.tiling import World
from tests.counting.village import Village

MEASURES = "persons,events,households,enterprises"
SIZES = {
    "km2": ("area_m2", 1e6),
    "1000_persons": ("persons", 1e3),
    "1000_households": ("households", 1e3),
}


@pytest.mark.parametrize("per", list(SIZES))
@pytest.mark.parametrize("level", ["grid", "street"])
async def test_rates_are_numerator_over_denominator(
    client: httpx.AsyncClient, per: str, level: str
) -> None:
    measure, size = SIZES[per]
    asked: dict[str, Any] = {"level": level, "measures": MEASURES}
    found = (await client.get("/statistics", params={**asked, "per": per})).json()
    StatisticsTable(**found)
    asked["measures"] = f"{MEASURES},{measure}" if measure not in MEASURES else MEASURES
    plain = (await client.get("/statistics", params=asked)).json()
    for row, counted in zip(
        [*found["rows"], found["total"]], [*plain["rows"], plain["total"]], strict=True
    ):
        held = counted[measure]
        assert row["rates"].keys() == set(MEASURES.split(",")) - {measure}
        for name, rate in row["rates"].items():
            assert rate["numerator"] == row[name] == counted[name]
            if held is None:
                assert rate["denominator"] is None
            else:
                assert rate["denominator"] == pytest.approx(held / size, abs=1e-9)
            if held and counted[name] is not None:
                assert rate["value"] == pytest.approx(counted[name] / held * size, abs=1e-6)
            else:
                assert rate["value"] is None
        assert ("area_m2" in row) == ("area_m2" in asked["measures"] and per != "km2")


async def test_densities_are_geodesic(client: httpx.AsyncClient, world: World) -> None:
    asked = {"level": "grid", "measures": "events", "per": "km2"}
    rows = (await client.get("/statistics", params=asked)).json()["rows"]
    told = {row["code"]: row["rates"]["events"]["denominator"] for row in rows}
    for grid in world.grids:
        if not grid.retired:
            assert told[grid.code] == pytest.approx(float(area_m2(grid.shape)) / 1e6, abs=1e-6)


async def test_a_rate_tells_no_more_than_the_figures(
    asking: httpx.AsyncClient, village: Village
) -> None:
    """Under the threshold: of what is withheld there is no rate, the rest is as it was told."""
    headers = Grant("screen").key(village.url)
    measures = "persons,dwellings,events"
    plain = await ask(asking, "/statistics", headers, level="grid", measures=measures)
    withheld = 0
    for per in ("km2", "1000_persons"):
        found = await ask(asking, "/statistics", headers, level="grid", measures=measures, per=per)
        assert found["threshold"] == plain["threshold"] == 10
        for row, told in zip(found["rows"], plain["rows"], strict=True):
            for name, rate in row["rates"].items():
                assert rate["numerator"] == told[name]
                if name in told.get("withheld", ()):
                    withheld += 1
                    assert rate["value"] is None
                elif per == "1000_persons" and told["persons"] is None:
                    assert rate["value"] is rate["denominator"] is None
    assert withheld > 4


@pytest.mark.parametrize("per", [None, "km2"])
@pytest.mark.parametrize("role", ["screen", "commander"])
async def test_a_file_tells_what_is_withheld_from_what_was_not_declared(
    asking: httpx.AsyncClient, village: Village, role: str, per: str | None
) -> None:
    headers = Grant(role).key(village.url)
    asked = {"level": "grid", "measures": "persons,households", **({"per": per} if per else {})}
    found = await ask(asking, "/statistics", headers, **asked)
    told = [", ".join(row.get("withheld", ())) for row in found["rows"]]
    made = {
        f: await asking.get("/statistics", params={**asked, "f": f}, headers=headers)
        for f in ("csv", "xlsx", "parquet")
    }
    as_csv = list(csv.DictReader(io.StringIO(made["csv"].content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(made["xlsx"].content))
    header, *sheet = book["statistics"].iter_rows(values_only=True)
    if role == "commander":
        assert set(told) == {""}
        assert "withheld" not in as_csv[0]
        assert "withheld" not in header
        return
    assert len(set(told)) > 1
    assert [row["withheld"] for row in as_csv] == told
    assert [row[header.index("withheld")] or "" for row in sheet] == told
    # What is empty and not named was never declared: a rate of it is empty, too.
    for row, names in zip(as_csv, told, strict=True):
        assert (row["persons"] == "") == ("persons" in names)
    file: Any = io.BytesIO(made["parquet"].content)
    table = gpd.read_parquet(file)
    assert [", ".join(each or ()) for each in table["withheld"]] == told


async def test_a_workbook_has_the_rows_and_what_they_are_about(client: httpx.AsyncClient) -> None:
    asked = {"level": "grid", "measures": "persons,households", "per": "km2"}
    rows = (await client.get("/statistics", params=asked)).json()["rows"]
    answer = await client.get("/statistics", params={**asked, "f": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    header, *told = book["statistics"].iter_rows(values_only=True)
    assert header == (
        "code", "name", "persons", "households", "km2", "persons_per_km2", "households_per_km2",
    )  # fmt: skip
    for row, cells in zip(rows, told, strict=True):
        rates = row["rates"]
        assert cells == (
            row["code"], row["name"], row["persons"], row["households"],
            rates["persons"]["denominator"], rates["persons"]["value"],
            rates["households"]["value"],
        )  # fmt: skip
    told_of = {str(row[0].value) for row in book["about"].rows}
    assert {"at", "level", "measures", "per"} <= told_of


async def test_geoparquet_has_the_outlines(client: httpx.AsyncClient, world: World) -> None:
    asked = {"level": "grid", "measures": "persons,area_m2"}
    found = (await client.get("/statistics", params=asked)).json()
    accept = {"accept": "application/vnd.apache.parquet"}
    for answer in (
        await client.get("/statistics", params={**asked, "f": "parquet"}),
        await client.get("/statistics", params=asked, headers=accept),
    ):
        file: Any = io.BytesIO(answer.content)
        table = gpd.read_parquet(file)
        assert table.crs == "OGC:CRS84"
        assert table["persons"].tolist() == [row["persons"] for row in found["rows"]]
        assert (table["at"] >= pd.Timestamp(found["at"])).all()
        shapes = table.set_index("code").geometry
        for grid in world.grids:
            if not grid.retired:
                assert shapes[grid.code].symmetric_difference(grid.shape).area < 1e-8
        assert shapes[shapes.index.isna()].isna().all()
        squares = area_m2(np.asarray(table.geometry.dropna()))
        assert squares == pytest.approx(table["area_m2"][table.geometry.notna()], rel=1e-4)


def test_a_name_is_no_formula() -> None:
    """Neither in a workbook nor as CSV, whatever a unit is named."""
    rows = [{"code": "=1+1", "name": "@SUM(A1)\x02", "persons": -1}]
    names = ["code", "name", "persons"]
    assert b"'=1+1,'@SUM(A1)" in table_csv(names, rows)
    book = openpyxl.load_workbook(io.BytesIO(table_xlsx(names, rows, {})))
    cells = list(book["statistics"][2])
    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=1+1", "s"), ("@SUM(A1)", "s"), (-1, "n"),
    ]  # fmt: skip
