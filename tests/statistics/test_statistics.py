"""Statistics agree with what shapely and pandas count, on every level, and add up to the whole."""

import csv
import io
from datetime import datetime
from typing import Any

import httpx
import pandas as pd
import pytest

from gis_gov.geo.measure import area_m2
from gis_gov.statistics.parts import MEASURES, TALLIED
from gis_gov.statistics.schemas import StatisticsTable
from tests.counting.tiling import AREAS, World

COUNTED = [measure for measure in TALLIED if measure != "houses"]


async def ask(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/statistics", params=parameters)
    assert answer.status_code == 200, answer.text
    StatisticsTable(**answer.json())
    found: dict[str, Any] = answer.json()
    return found


def units_of(world: World, level: str) -> "pd.Series[str]":
    """Return the code of the unit in which each thing lies, None for none."""
    things = world.things
    if level == "grid":
        return things["grid"]
    return things["area"].map(lambda area: world.area_of(area, level))


def counted(world: World, level: str) -> pd.DataFrame:
    units = units_of(world, level)
    made = pd.crosstab(units.fillna(""), world.things["layer"])
    made["houses"] = made["buildings"] + made["dwellings"]
    return made


def current_units(world: World, level: str) -> list[str]:
    if level == "grid":
        return [grid.code for grid in world.grids if not grid.retired]
    return [code for code, (found, _) in AREAS.items() if found == level]


@pytest.mark.parametrize("level", ["grid", "community", "street", "district", "city"])
async def test_rows_are_what_shapely_and_pandas_count(
    client: httpx.AsyncClient, world: World, level: str
) -> None:
    found = await ask(client, level=level, measures=",".join(TALLIED))
    wanted = counted(world, level)
    told = {row["code"] or "": row for row in found["rows"]}
    for measure in TALLIED:
        counts = {code: row[measure] for code, row in told.items() if row[measure]}
        assert counts == {c: n for c, n in wanted[measure].items() if n}, measure
    assert {code for code in told if code} >= set(current_units(world, level))


@pytest.mark.parametrize("level", ["grid", "community", "street", "district", "province"])
async def test_the_rows_add_up_to_the_whole(
    client: httpx.AsyncClient, world: World, level: str
) -> None:
    found = await ask(client, level=level, measures=",".join(MEASURES))
    whole = world.things["layer"].value_counts()
    for measure in MEASURES:
        values = [row[measure] for row in found["rows"] if row[measure] is not None]
        assert sum(values) == pytest.approx(found["total"][measure], abs=0.2)
    assert {measure: found["total"][measure] for measure in COUNTED} == {
        measure: whole[measure] for measure in COUNTED
    }


async def test_rows_are_sorted_by_code_with_the_outside_last_and_empty_ones_included(
    client: httpx.AsyncClient, world: World
) -> None:
    rows = (await ask(client, level="street", measures="persons"))["rows"]
    codes = [row["code"] for row in rows]
    assert codes == [*sorted(code for code in codes if code), None]
    assert {"code": "440199004", "name": "第440199004区", "persons": 0} in rows


async def test_a_retired_grid_is_told_only_while_events_count_to_it(
    client: httpx.AsyncClient, world: World
) -> None:
    retired = next(grid.code for grid in world.grids if grid.retired)
    events = (await ask(client, measures="events"))["rows"]
    cameras = (await ask(client, measures="cameras"))["rows"]
    assert retired in {row["code"] for row in events}
    assert retired not in {row["code"] for row in cameras}
    assert "M01" not in {row["code"] for row in events}  # nothing is placed in a micro-grid


@pytest.mark.parametrize("within", ["440199", "440199001", "440199002", "440199003", "440199004"])
@pytest.mark.parametrize("level", ["grid", "community"])
async def test_within_an_area_only_its_subtree_counts(
    client: httpx.AsyncClient, world: World, within: str, level: str
) -> None:
    found = await ask(client, level=level, within=within, measures="persons,events,pois")
    things = world.things[world.things["area"].fillna("").str.startswith(within)]
    units = units_of(world, level)[things.index].fillna("")
    for measure in ("persons", "events", "pois"):
        wanted = units[things["layer"] == measure].value_counts().to_dict()
        told = {row["code"] or "": row[measure] for row in found["rows"] if row[measure]}
        assert told == wanted
        assert found["total"][measure] == sum(wanted.values())
    inside = {code for code in current_units(world, level) if code.startswith(within)}
    assert {row["code"] for row in found["rows"]} >= inside - {"X01"}


async def test_within_a_grid_there_is_one_row(client: httpx.AsyncClient, world: World) -> None:
    code = world.grids[0].code
    found = await ask(client, within=code, measures="persons")
    persons = world.things[world.things["layer"] == "persons"]
    assert found["rows"] == [
        {"code": code, "name": f"网格 “{code}”, 甲", "persons": (persons["grid"] == code).sum()}
    ]


async def test_a_time_limits_the_events_alone(client: httpx.AsyncClient, world: World) -> None:
    found = await ask(client, level="street", measures="events,persons", datetime="2026-03-02/..")
    events = world.things[
        (world.things["layer"] == "events")
        & (world.things["time"] >= pd.Timestamp("2026-03-02T00:00+08:00"))
    ]
    wanted = units_of(world, "street")[events.index].fillna("").value_counts().to_dict()
    assert {row["code"] or "": row["events"] for row in found["rows"] if row["events"]} == wanted
    assert found["total"]["persons"] == (world.things["layer"] == "persons").sum()


async def test_grids_households_and_area_are_those_of_the_grids(
    client: httpx.AsyncClient, world: World
) -> None:
    found = await ask(client, level="street", measures="grids,households,area_m2")
    current = [grid for grid in world.grids if not grid.retired]
    for row in found["rows"]:
        own = [grid for grid in current if world.area_of(grid.area, "street") == row["code"]]
        declared = [grid.households for grid in own if grid.households is not None]
        assert row["grids"] == len(own)
        assert row["households"] == (sum(declared) if declared else None)
        area = sum(float(area_m2(grid.shape)) for grid in own)
        assert row["area_m2"] == pytest.approx(area, rel=1e-6, abs=0.1)
    grids = (await ask(client, measures="households"))["rows"]
    unknown = {grid.code for grid in current if grid.households is None}
    assert {row["code"] for row in grids if row["households"] is None} == unknown


async def test_csv_has_the_same_rows_and_a_mark_for_spreadsheets(
    client: httpx.AsyncClient, world: World
) -> None:
    parameters = {"level": "grid", "measures": "persons,houses,households"}
    found = await ask(client, **parameters)
    told, told_at = found["rows"], datetime.fromisoformat(found["at"])
    for asked in (
        await client.get("/statistics", params={**parameters, "f": "csv"}),
        await client.get("/statistics", params=parameters, headers={"accept": "text/csv"}),
        await client.get(
            "/statistics", params=parameters, headers={"accept": "application/json;q=0.5,text/*"}
        ),
    ):
        assert asked.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        assert asked.headers["vary"].lower().startswith("accept")
        assert asked.content.startswith(b"\xef\xbb\xbfcode,name,persons,houses,households,at\r\n")
        rows = list(csv.DictReader(io.StringIO(asked.content.decode("utf-8-sig"))))
        moments = {datetime.fromisoformat(row.pop("at")) for row in rows}
        assert len(moments) == 1
        assert moments.pop() >= told_at
        assert rows == [
            {name: "" if value is None else str(value) for name, value in row.items()}
            for row in told
        ]


async def test_workers_count_where_they_were_last(client: httpx.AsyncClient, world: World) -> None:
    found = await ask(client, level="grid", measures="workers")
    assert {row["code"]: row["workers"] for row in found["rows"] if row["workers"]} == {
        world.grids[1].code: 2,
        None: 2,
    }
    assert found["total"]["workers"] == 4


@pytest.mark.parametrize(
    ("query", "status", "slug", "says"),
    [
        ("measures=persons,trees", 400, "unknown-measure", "persons, houses, buildings"),
        ("measures=", 400, "unknown-measure", "''"),
        ("level=block", 400, "invalid-request", "'grid', 'community'"),
        ("within=999999", 404, "unknown-code", "'999999'"),
        ("within=440199001&level=district", 400, "level-above", "440199001"),
        ("within=X01&level=community", 400, "level-above", "X01"),
        ("measures=persons&datetime=2026-03-01", 400, "no-time", "events"),
        ("measures=events&datetime=2026-13-01", 400, "invalid-request", "query.datetime"),
        ("f=xml", 400, "invalid-request", "'json', 'csv'"),
        ("per=mile", 400, "invalid-request", "'km2', '1000_persons'"),
        ("bbox=1,2,3,4", 400, "unknown-parameter", "'bbox'"),
    ],
)
async def test_wrong_questions_are_problems(
    client: httpx.AsyncClient, query: str, status: int, slug: str, says: str
) -> None:
    answer = await client.get(f"/statistics?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert says in answer.json()["detail"]
