"""What lies in a drawn polygon by category, against geopandas, and who is not told."""

import io
import json
from collections import Counter
from datetime import datetime
from typing import Any

import geopandas as gpd
import httpx
import openpyxl
import pandas as pd
import psycopg
import pytest
import shapely

from gis_gov.geo.measure import area_m2
from gis_gov.statistics.categories import CATEGORIES
from gis_gov.statistics.polygon_schemas import InPolygon
from tests.counting.granted import COMMUNITY, GRID, STREET, Grant
from tests.counting.village import DISTRICT, SIDES, SOUTH, STEP, WEST, Village
from tests.signed_in import bearer, make_key
from tests.statistics.drawing import PATH
from tests.statistics.told_apart import EVERY, GRANTS, things_of, values_of

Tables = tuple[str, dict[str, pd.DataFrame]]

SIDE = SIDES * STEP
WHOLE = shapely.box(WEST - SIDE, SOUTH - SIDE, WEST + 2 * SIDE, SOUTH + 2 * SIDE)
SHAPES = {
    "whole": WHOLE,
    "slanting": shapely.Polygon([(WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE / 3), (WEST, 23)]),
    "hole": shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE).difference(
        shapely.Point(WEST + SIDE / 2, SOUTH + SIDE / 2).buffer(SIDE / 3)
    ),
}


async def told(
    asking: httpx.AsyncClient, headers: dict[str, str], shape: Any, **asked: str
) -> dict[str, Any]:
    answer = await asking.post(
        PATH, content=shapely.to_geojson(shape), params=asked, headers=headers
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    InPolygon(**found)
    return found


def inside(things: pd.DataFrame, shape: Any) -> pd.DataFrame:
    placed = things[things["geom"].notna()]
    points = gpd.GeoSeries.from_wkb(placed["geom"])
    return placed[points.intersects(shape)]


@pytest.mark.parametrize("grant", GRANTS, ids=str)
@pytest.mark.parametrize(("layer", "name"), EVERY, ids=str)
async def test_each_value_is_what_geopandas_counts(
    told_apart: httpx.AsyncClient, tables: Tables, layer: str, name: str, grant: Grant
) -> None:
    url, read = tables
    headers = grant.key(url)
    for shape in SHAPES.values():
        found = await told(told_apart, headers, shape, measures=layer, by=name)
        things = inside(things_of(read, layer, grant), shape)
        wanted = Counter(values_of(things, layer, name))
        assert {row[name]: row["count"] for row in found["figures"]} == dict(wanted)
        assert len(found["figures"]) == len(wanted)
        assert found["total"] == len(things)
        squared = float(area_m2(shape)) / 1e6
        for row in found["figures"]:
            share, density = row["share"], row["per_km2"]
            assert (share["numerator"], share["denominator"]) == (row["count"], len(things))
            assert share["value"] == pytest.approx(row["count"] / len(things), abs=1e-6)
            assert density["denominator"] == pytest.approx(squared, abs=1e-9)
            assert density["value"] == pytest.approx(row["count"] / squared, abs=1e-5)


@pytest.mark.parametrize("layer", [layer for layer, known in CATEGORIES.items() if len(known) > 1])
async def test_all_categories_of_a_measure_at_once(
    told_apart: httpx.AsyncClient, tables: Tables, layer: str
) -> None:
    url, read = tables
    names = list(CATEGORIES[layer])
    found = await told(
        told_apart, GRANTS[0].key(url), SHAPES["hole"], measures=layer, by=",".join(names)
    )
    things = inside(things_of(read, layer, GRANTS[0]), SHAPES["hole"])
    wanted = Counter(zip(*(values_of(things, layer, name) for name in names), strict=True))
    assert found["by"] == names
    rows = {tuple(row[name] for name in names): row["count"] for row in found["figures"]}
    assert rows == dict(wanted)
    assert len(wanted) > 5


async def test_a_time_limits_the_events(told_apart: httpx.AsyncClient, tables: Tables) -> None:
    url, read = tables
    asked = {"measures": "events", "by": "state", "datetime": "2026-01-01/2026-02-28"}
    found = await told(told_apart, GRANTS[0].key(url), WHOLE, **asked)
    events = inside(things_of(read, "events", GRANTS[0]), WHOLE)
    days = events["reported_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    kept = events[days.between("2026-01-01", "2026-02-28")]
    assert 0 < len(kept) < len(events)
    wanted = Counter(values_of(kept, "events", "state"))
    assert {row["state"]: row["count"] for row in found["figures"]} == dict(wanted)


@pytest.mark.parametrize(
    "grant",
    [
        Grant("supervisor", COMMUNITY),
        Grant("grid_worker", GRID),
        Grant("grid_worker", STREET, ("control", "rely")),
    ],
    ids=str,
)
async def test_nothing_is_told_that_the_list_of_the_same_place_does_not_tell(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    """So whatever is drawn, and subtracted, it is what one may read one by one."""
    headers, totals = grant.key(village.url), []
    for shape in SHAPES.values():
        found = await told(asking, headers, shape, measures="persons", by="sex,person_class")
        query = {
            "filter": f"S_INTERSECTS(geometry, {shape.wkt})",
            "limit": "1000",
            "f": "json",
        }
        items = await asking.get("/collections/persons/items", params=query, headers=headers)
        assert items.status_code == 200, items.text
        listed = [each["properties"] for each in items.json()["features"]]
        assert len(listed) < 1000
        wanted = Counter((each["sex"], each["person_class"]) for each in listed)
        assert {(r["sex"], r["person_class"]): r["count"] for r in found["figures"]} == dict(wanted)
        assert found["total"] == len(listed)
        totals.append(found["total"])
    assert any(totals)


@pytest.mark.parametrize(
    ("grant", "layer", "name", "right"),
    [
        (Grant("screen"), "persons", "sex", "person.read"),
        (Grant("screen"), "houses", "kind", "house.read"),
        (Grant("analyst", STREET), "persons", "age_band", "person.read"),
        (Grant("weather_officer"), "persons", "sex", "person.read"),
        (Grant("department_officer"), "persons", "sex", "plain.place"),
        (Grant("department_officer", DISTRICT, ("control",)), "persons", "sex", "plain.place"),
        (Grant("department_officer"), "houses", "kind", "plain.room"),
        (Grant("registrar"), "persons", "person_class", "plain.class"),
        (Grant("registrar"), "persons", "sex", "plain.place"),
    ],
    ids=str,
)
@pytest.mark.parametrize("f", ["json", "csv", "svg"])
async def test_for_whom_points_are_closed_no_polygon_is_told_apart(
    asking: httpx.AsyncClient, village: Village, grant: Grant, layer: str, name: str, right: str,
    f: str,
) -> None:  # fmt: skip
    """Categories of whole hexagons would be new numbers of the same few people."""
    answer = await asking.post(
        PATH,
        content=shapely.to_geojson(WHOLE),
        params={"measures": layer, "by": name, "f": f},
        headers=grant.key(village.url),
    )
    assert answer.status_code == 403
    assert answer.json()["right"] == right


async def test_who_knows_where_some_live_is_not_told_of_the_others(
    asking: httpx.AsyncClient, village: Village
) -> None:
    """One who reads all, but knows the homes of a community alone, would subtract."""
    token = make_key(village.url, "registrar")
    with psycopg.connect(village.url) as conn:
        conn.execute(
            "insert into role_grant (key_id, role, area_id)"
            " select max(k.id), 'supervisor', (select id from area where code = %s)"
            " from api_key as k",
            [COMMUNITY],
        )
    answer = await asking.post(
        PATH,
        content=shapely.to_geojson(WHOLE),
        params={"measures": "persons", "by": "sex"},
        headers=bearer(token),
    )
    assert answer.status_code == 403
    assert answer.json()["right"] == "plain.place"


def values(table: pd.DataFrame) -> list[list[Any]]:
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


async def test_files_have_the_rows_with_shares_and_the_moment(
    told_apart: httpx.AsyncClient, tables: Tables
) -> None:
    headers, shape = GRANTS[0].key(tables[0]), SHAPES["hole"]
    asked = {"measures": "persons", "by": "age_band,sex"}
    found = await told(told_apart, headers, shape, **asked)
    names = ["age_band", "sex", "count", "denominator", "share", "km2", "per_km2"]
    wanted = [
        [
            *(row[name] for name in names[:4] if name in row),
            row["share"]["denominator"],
            row["share"]["value"],
            row["per_km2"]["denominator"],
            row["per_km2"]["value"],
        ]
        for row in found["figures"]
    ]
    assert len(wanted) > 10
    made: dict[str, Any] = {}
    for f in ("csv", "xlsx", "parquet"):
        answer = await told_apart.post(
            PATH, content=shapely.to_geojson(shape), params={**asked, "f": f}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        made[f] = io.BytesIO(answer.content)
    table = pd.read_csv(made["csv"])
    assert values(table[names]) == wanted
    assert (table["measure"] == "persons").all()
    assert (pd.to_datetime(table["at"]) >= pd.Timestamp(found["at"])).all()
    book = openpyxl.load_workbook(made["xlsx"])
    header, *rows = book["statistics"].iter_rows(values_only=True)
    assert list(header) == ["measure", *names]
    assert [list(row[1:]) for row in rows] == wanted
    about = {str(name): value for name, value in book["about"].iter_rows(values_only=True)}
    assert datetime.fromisoformat(str(about["at"])) >= datetime.fromisoformat(found["at"])
    drawn = gpd.read_parquet(made["parquet"])
    assert values(drawn[names]) == wanted
    assert drawn.geometry.geom_equals(shape).all()
    assert (drawn["at"] >= pd.Timestamp(found["at"])).all()


@pytest.mark.parametrize(
    ("asked", "slug", "says"),
    [
        ({"measures": "persons,houses", "by": "sex"}, "invalid-request", "one at a time"),
        ({"by": "sex"}, "invalid-request", "one at a time"),
        ({"measures": "persons", "by": "kind"}, "unknown-category", "age_band"),
        ({"measures": "addresses", "by": "kind"}, "unknown-category", "none"),
        ({"measures": "persons", "by": ""}, "unknown-category", "''"),
    ],
)
async def test_wrong_questions_are_problems(
    asking: httpx.AsyncClient, village: Village, asked: dict[str, str], slug: str, says: str
) -> None:
    answer = await asking.post(
        PATH,
        json=json.loads(shapely.to_geojson(WHOLE)),
        params=asked,
        headers=GRANTS[0].key(village.url),
    )
    assert answer.status_code == 400
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert says in answer.json()["detail"]
