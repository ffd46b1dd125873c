"""Figures by category are what pandas counts of the rows that somebody may read, and no more."""

import io
from collections import Counter
from typing import Any

import geopandas as gpd
import httpx
import openpyxl
import pandas as pd
import pytest

from gis_gov.statistics.breakdown_schemas import Categories
from gis_gov.statistics.categories import AGE_BANDS, age_band
from tests.counting.granted import COMMUNITY, EXACT, STREET, Grant, ask
from tests.counting.village import DISTRICT, THIS_YEAR, Village

PATH = "/statistics/categories"
COMMANDER = Grant("commander")


def band_of(born: float) -> str | None:
    age = THIS_YEAR - born
    for first, last in AGE_BANDS:
        if age >= first and (last is None or age <= last):
            return age_band(first, last)
    return None


def told_by(things: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Return the things of a layer with the names of their categories."""
    own = things[things["layer"] == layer]
    made = pd.DataFrame(index=own.index)
    if layer == "persons":
        made["age_band"] = own["born"].map(band_of)
        made["sex"], made["person_class"] = own["sex"], own["class"]
    else:
        made["state"], made["department"] = own["state"], own["class"]
    return made.astype(object).where(made.notna(), None)


def counts_of(rows: list[dict[str, Any]], *names: str) -> dict[tuple[Any, ...], int]:
    return {tuple(row[name] for name in names): row["count"] for row in rows}


@pytest.mark.parametrize("level", ["grid", "street"])
@pytest.mark.parametrize(
    ("layer", "by"),
    [
        ("persons", ["age_band"]),
        ("persons", ["person_class", "sex", "age_band"]),
        ("events", ["state", "department"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("grant", EXACT, ids=str)
async def test_they_are_those_of_the_own_rows(
    asking: httpx.AsyncClient, village: Village, grant: Grant, layer: str, by: list[str], level: str
) -> None:
    if "person_class" in by and grant.role == "department_officer":
        by = [name for name in by if name != "person_class"]  # masked for officers
    own = grant.counted(village.things)
    asked = {"measure": layer, "by": ",".join(by), "level": level}
    found = await ask(asking, PATH, grant.key(village.url), **asked)
    Categories(**found)
    told = told_by(own, layer)[by]
    units = [code or None for code in village.units(own, level).loc[told.index]]
    wanted = Counter(zip(units, *(told[name] for name in by), strict=True))
    assert counts_of(found["rows"], "code", *by) == dict(wanted)
    assert found["total"] == len(told)


async def test_categories_add_up_to_the_statistics(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = COMMANDER.key(village.url)
    for layer, by in (("persons", "age_band,sex"), ("houses", "kind"), ("enterprises", "category")):
        plain = await ask(asking, "/statistics", headers, measures=layer, level="grid")
        found = await ask(asking, PATH, headers, measure=layer, by=by, level="grid")
        summed: Counter[str | None] = Counter()
        for row in found["rows"]:
            summed[row["code"]] += row["count"]
        assert summed == {row["code"]: row[layer] for row in plain["rows"] if row[layer]}
        assert found["total"] == plain["total"][layer]


async def test_rows_are_in_the_order_of_codes_and_categories(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = COMMANDER.key(village.url)
    found = await ask(asking, PATH, headers, measure="events", by="state,department", level="grid")
    keys = [
        [(value is None, value or "") for value in (row["code"], row["state"], row["department"])]
        for row in found["rows"]
    ]
    assert keys == sorted(keys)
    assert found["rows"][-1]["code"] is None


async def test_within_and_time_limit_them(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    found = await ask(
        asking, PATH, headers, measure="events", by="state", within=STREET, datetime="2026-01-01/.."
    )
    events = village.things[village.things["layer"] == "events"]
    inside = events["area"].fillna("").str.startswith(STREET)
    late = events["time"] >= pd.Timestamp("2026-01-01T00:00+08:00")
    assert counts_of(found["rows"], "state") == {
        (state,): n for state, n in Counter(events[inside & late]["state"]).items()
    }


@pytest.mark.parametrize("role", ["analyst", "screen", "weather_officer"])
@pytest.mark.parametrize("measure", ["persons", "houses"])
async def test_who_may_count_but_not_read_is_told_of_no_category(
    asking: httpx.AsyncClient, village: Village, role: str, measure: str
) -> None:
    """A split would tell few without the threshold, and with it by subtraction."""
    by = {"persons": "sex", "houses": "kind"}[measure]
    answer = await asking.get(
        PATH, params={"measure": measure, "by": by}, headers=Grant(role).key(village.url)
    )
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:gis-gov:problem:not-allowed"


async def test_a_class_that_is_masked_for_everyone_asked_about_is_refused(
    asking: httpx.AsyncClient, village: Village
) -> None:
    officer = Grant("department_officer", STREET, ("service",))
    asked = {"measure": "persons", "by": "person_class"}
    answer = await asking.get(PATH, params=asked, headers=officer.key(village.url))
    assert answer.status_code == 403
    assert "plain.class" in answer.json()["detail"]


@pytest.mark.parametrize("level", ["grid", "community", "street", "district", None])
async def test_the_whole_less_the_own_tells_nothing_of_the_neighbours(
    asking: httpx.AsyncClient, village: Village, level: str | None
) -> None:
    """A reader of one community asks for all, for the own and for the neighbours."""
    headers = Grant("supervisor", COMMUNITY).key(village.url)
    asked = {"measure": "persons", "by": "age_band,sex,person_class"}
    whole = await ask(asking, PATH, headers, **asked, **({"level": level} if level else {}))
    own = await ask(asking, PATH, headers, **asked, within=COMMUNITY)
    assert whole["total"] == own["total"] > 0
    for place in (f"{DISTRICT}002", f"{DISTRICT}001001"):
        assert (await ask(asking, PATH, headers, **asked, within=place))["rows"] == []


async def test_a_reader_of_a_class_is_told_of_that_class(
    asking: httpx.AsyncClient, village: Village
) -> None:
    worker = Grant("grid_worker", DISTRICT, ("control",))
    asked = {"measure": "persons", "by": "person_class"}
    found = await ask(asking, PATH, worker.key(village.url), **asked)
    assert {row["person_class"] for row in found["rows"]} == {"control"}


async def test_files_have_the_same_rows(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {"measure": "persons", "by": "age_band", "level": "street"}
    found = await ask(asking, PATH, headers, **asked)
    names = ["code", "name", "age_band", "count", "denominator", "share"]
    flat = [
        {**row, "denominator": row["share"]["denominator"], "share": row["share"]["value"]}
        for row in found["rows"]
    ]
    wanted = [[row[name] for name in names] for row in flat]
    answer = await asking.get(PATH, params={**asked, "f": "csv"}, headers=headers)
    table = pd.read_csv(io.BytesIO(answer.content), dtype={"code": str})
    assert list(table.columns) == [*names, "at"]
    told = table[names[2:]].astype(object).where(table[names[2:]].notna(), None)
    assert told.to_numpy().tolist() == [row[2:] for row in wanted]
    assert (pd.to_datetime(table["at"]) >= pd.Timestamp(found["at"])).all()
    answer = await asking.get(PATH, params={**asked, "f": "xlsx"}, headers=headers)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = [list(row) for row in book["statistics"].iter_rows(values_only=True)]
    assert rows == [names, *wanted]
    about = {str(name): value for name, value in book["about"].iter_rows(values_only=True)}
    assert about["measure"] == "persons"
    assert pd.Timestamp(str(about["at"])) >= pd.Timestamp(found["at"])


@pytest.mark.parametrize("level", ["street", "grid", None])
async def test_a_share_is_of_all_in_the_unit(
    asking: httpx.AsyncClient, village: Village, level: str | None
) -> None:
    asked = {"measure": "persons", "by": "sex,age_band", **({"level": level} if level else {})}
    found = await ask(asking, PATH, COMMANDER.key(village.url), **asked)
    persons = village.things[village.things["layer"] == "persons"]
    units = village.units(persons, level) if level else pd.Series("", persons.index)
    whole = Counter(units)
    assert len(found["rows"]) > len(whole)
    for row in found["rows"]:
        share, denominator = row["share"], whole[row.get("code") or ""]
        assert (share["numerator"], share["denominator"]) == (row["count"], denominator)
        assert share["value"] == pytest.approx(row["count"] / denominator, abs=1e-6)


@pytest.mark.parametrize("level", ["grid", None])
async def test_geoparquet_has_the_rows_with_the_outlines(
    asking: httpx.AsyncClient, village: Village, level: str | None
) -> None:
    headers = COMMANDER.key(village.url)
    asked = {"measure": "persons", "by": "sex", **({"level": level} if level else {})}
    rows = (await ask(asking, PATH, headers, **asked))["rows"]
    answer = await asking.get(PATH, params={**asked, "f": "parquet"}, headers=headers)
    file: Any = io.BytesIO(answer.content)
    table = gpd.read_parquet(file)
    assert table.crs == "OGC:CRS84"
    for name in ("sex", "count"):
        assert table[name].tolist() == [row[name] for row in rows]
    assert table["share"].tolist() == [row["share"]["value"] for row in rows]
    assert table["denominator"].tolist() == [row["share"]["denominator"] for row in rows]
    assert table["at"].nunique() == 1
    placed = [row.get("code") is not None for row in rows]
    assert table.geometry.notna().tolist() == placed
    assert any(placed) == (level is not None)


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("measure=persons&by=colour", "unknown-category"),
        ("measure=persons&by=state", "unknown-category"),
        ("measure=persons&by=", "unknown-category"),
        ("measure=trees&by=sex", "invalid-request"),
        ("measure=persons&by=sex&datetime=2026-01-01", "no-time"),
        ("measure=persons&by=sex&within=nowhere", "unknown-code"),
        (f"measure=persons&by=sex&within={COMMUNITY}&level=street", "level-above"),
    ],
)
async def test_wrong_questions_are_problems(
    asking: httpx.AsyncClient, village: Village, query: str, slug: str
) -> None:
    answer = await asking.get(f"{PATH}?{query}", headers=COMMANDER.key(village.url))
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
