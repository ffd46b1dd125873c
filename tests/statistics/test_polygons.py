"""What lies in a drawn polygon, against shapely, and what is no polygon."""

import io
import json
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.datum import Datum
from gis_gov.geo.measure import area_m2
from gis_gov.statistics.polygons import BadPolygon, drawn_polygon
from tests.counting.granted import Grant
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.counting.village import Village
from tests.geo.stars import star
from tests.statistics.drawing import PATH, figures

COUNTED = ("persons", "buildings", "dwellings", "enterprises", "addresses", "events", "pois")


def counted(world: World, shape: BaseGeometry) -> dict[str, int]:
    things = world.things[world.things["lon"].notna()]
    inside = things[shapely.intersects_xy(shape, things["lon"], things["lat"])]
    return {layer: int((inside["layer"] == layer).sum()) for layer in COUNTED}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), corners=st.integers(3, 12))
async def test_it_is_what_shapely_finds(
    client: httpx.AsyncClient, world: World, seed: int, corners: int
) -> None:
    things = world.things.dropna(subset=["lon"])[["lon", "lat"]].to_numpy()
    shape = star(np.random.default_rng(seed), corners, WEST, SOUTH, SIDE, things)
    if shape.is_empty:
        return
    found = await figures(client, shape, measures=",".join(COUNTED))
    assert {name: figure["count"] for name, figure in found.items()} == counted(world, shape)
    for figure in found.values():
        rate, squared = figure["per_km2"], float(area_m2(shape)) / 1e6
        assert "cells" not in figure
        assert rate["denominator"] == pytest.approx(squared, abs=1e-9)
        assert rate["value"] == pytest.approx(figure["count"] / rate["denominator"], abs=1e-6)


async def test_the_grids_have_what_lies_in_them_with_edges_and_holes(
    client: httpx.AsyncClient, world: World
) -> None:
    """Points on a shared edge lie in both; of the union of all each counts once."""
    for grid in world.grids:
        found = await figures(client, grid.shape, measures=",".join(COUNTED))
        wanted = counted(world, grid.shape)
        assert {name: figure["count"] for name, figure in found.items()} == wanted
    whole = shapely.union_all([grid.shape for grid in world.grids])
    found = await figures(client, whole, measures=",".join(COUNTED))
    assert {name: figure["count"] for name, figure in found.items()} == counted(world, whole)


@pytest.mark.parametrize("epsg", [4490, 4326, 3857, 4526, 4547, 4498])
@pytest.mark.parametrize("states", [True, False])
async def test_any_declared_crs_is_the_same_place(
    client: httpx.AsyncClient, world: World, epsg: int, states: bool
) -> None:
    shape = shapely.box(WEST + SIDE / 4, SOUTH + SIDE / 4, WEST + SIDE * 0.8, SOUTH + SIDE * 0.7)
    there: Any = gpd.GeoSeries([shape], crs=4490).to_crs(epsg).iloc[0]
    body = json.loads(shapely.to_geojson(there))
    asked = {"measures": "persons,events"}
    if states:
        body["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    else:
        asked["crs"] = f"EPSG:{epsg}"
    answer = await client.post(PATH, json=body, params=asked)
    assert answer.status_code == 200, answer.text
    told = {each["measure"]: each["count"] for each in answer.json()["figures"]}
    wanted = counted(world, shape)
    assert told == {"persons": wanted["persons"], "events": wanted["events"]}


async def test_polygons_of_a_collection_are_joined(client: httpx.AsyncClient, world: World) -> None:
    """What overlaps counts once."""
    one = shapely.box(WEST, SOUTH, WEST + SIDE * 0.6, SOUTH + SIDE)
    other = shapely.box(WEST + SIDE * 0.4, SOUTH, WEST + SIDE, SOUTH + SIDE)
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
        for shape in (one, other)
    ]
    body = {"type": "FeatureCollection", "features": features}
    answer = await client.post(PATH, json=body, params={"measures": "persons"})
    assert answer.json()["figures"][0]["count"] == counted(world, one.union(other))["persons"]


async def test_a_time_limits_the_events_alone(client: httpx.AsyncClient, world: World) -> None:
    shape = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE / 2)
    found = await figures(client, shape, measures="events,persons", datetime="2026-03-01")
    things = world.things[world.things["time"] < "2026-03-02T00:00+08:00"]
    inside = things[shapely.intersects_xy(shape, things["lon"], things["lat"])]
    assert found["events"]["count"] == (inside["layer"] == "events").sum()
    assert found["persons"]["count"] == counted(world, shape)["persons"]


async def test_files_have_the_figures_with_the_moment(
    client: httpx.AsyncClient, world: World
) -> None:
    shape = shapely.box(WEST, SOUTH, WEST + SIDE * 0.6, SOUTH + SIDE * 0.7)
    body, asked = shapely.to_geojson(shape), {"measures": "persons,events"}
    found = (await client.post(PATH, content=body, params=asked)).json()
    wanted = [
        [each["measure"], each["count"], each["per_km2"]["denominator"], each["per_km2"]["value"]]
        for each in found["figures"]
    ]
    assert [row[1] for row in wanted] == [counted(world, shape)[row[0]] for row in wanted]
    names = ["measure", "count", "km2", "per_km2"]
    made = await client.post(PATH, content=body, params={**asked, "f": "csv"})
    table = pd.read_csv(io.BytesIO(made.content))
    assert table[names].to_numpy().tolist() == wanted
    assert (pd.to_datetime(table["at"]) >= pd.Timestamp(found["at"])).all()
    made = await client.post(PATH, content=body, params={**asked, "f": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    header, *told = book["statistics"].iter_rows(values_only=True)
    assert [list(row[:4]) for row in told] == wanted
    assert list(header[:4]) == names
    about = {str(name): value for name, value in book["about"].iter_rows(values_only=True)}
    assert pd.Timestamp(str(about["at"])) >= pd.Timestamp(found["at"])
    made = await client.post(
        PATH, content=body, params=asked, headers={"accept": "application/vnd.apache.parquet"}
    )
    file: Any = io.BytesIO(made.content)
    drawn_with = gpd.read_parquet(file)
    assert drawn_with[names].to_numpy().tolist() == wanted
    assert drawn_with["cells"].isna().all()
    assert drawn_with.geometry.geom_equals(shape).all()
    assert (drawn_with["at"] >= pd.Timestamp(found["at"])).all()


SQUARE = [[113.3, 22.9], [113.4, 22.9], [113.4, 23.0], [113.3, 22.9]]
GCJ02 = {"type": "name", "properties": {"name": "gcj02"}}
BOW = [[113.3, 22.9], [113.4, 23.0], [113.4, 22.9], [113.3, 23.0], [113.3, 22.9]]


@pytest.mark.parametrize(
    ("body", "query", "slug", "says"),
    [
        ({"type": "Point", "coordinates": [113.3, 22.9]}, "", "bad-polygon", "a Point"),
        ({"type": "Polygon", "coordinates": [BOW]}, "", "bad-polygon", "Self-intersection"),
        ({"type": "Polygon", "coordinates": []}, "", "bad-polygon", "empty"),
        ({"type": "FeatureCollection", "features": []}, "", "bad-polygon", "no feature"),
        ({"type": "Polygon", "coordinates": [SQUARE[:3]]}, "", "bad-polygon", "body"),
        ([1, 2], "", "bad-polygon", "body"),
        (
            {"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE]]},
            "",
            "bad-polygon",
            "latitude",
        ),
        ({"type": "Polygon", "coordinates": [SQUARE]}, "crs=gcj02", "unusable-datum", "GCJ"),
        ({"type": "Polygon", "coordinates": [SQUARE]}, "crs=EPSG:1", "unusable-datum", "EPSG:1"),
        (
            {"type": "Polygon", "coordinates": [SQUARE], "crs": GCJ02},
            "",
            "bad-polygon",
            "not taken",
        ),
        ({"type": "Polygon", "coordinates": [SQUARE]}, "measures=x", "unknown-measure", "'x'"),
        (
            {"type": "Polygon", "coordinates": [SQUARE]},
            "measures=persons&datetime=2026-01-01",
            "no-time",
            "events",
        ),
    ],
)  # fmt: skip
async def test_wrong_questions_are_problems(
    client: httpx.AsyncClient, body: Any, query: str, slug: str, says: str
) -> None:
    answer = await client.post(f"{PATH}?{query}", json=body)
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}", answer.text
    assert says.lower() in answer.json()["detail"].lower()


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(100, 20, 120, 40),
        # Nearly without an area, in a box that is a continent.
        shapely.Polygon([(100, 10), (150, 50), (150, 50.00001)]),
    ],
)
async def test_too_many_hexagons_are_refused(
    asking: httpx.AsyncClient, village: Village, shape: shapely.Polygon
) -> None:
    answer = await asking.post(
        PATH,
        content=shapely.to_geojson(shape),
        headers=Grant("screen").key(village.url),
    )
    assert answer.json()["type"] == "urn:gis-gov:problem:too-many-rows"


@pytest.mark.parametrize("crs", [None, "EPSG:3857", "EPSG:4526"])
@pytest.mark.parametrize("size", [1e6, 1e9, 1e300, 1e308])
def test_what_lies_nowhere_is_refused_or_somewhere(size: float, crs: str | None) -> None:
    ring = [[size, 1], [-size, 2 * size / 3], [3, -size], [size, 1]]
    body = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    try:
        shape = drawn_polygon(body, None if crs is None else Datum.parse(crs))
    except BadPolygon:
        return
    assert shape.is_valid
    assert shapely.box(-180, -90, 180, 90).covers(shape)


def test_a_document_that_says_another_crs_than_the_question_is_refused() -> None:
    body = {
        "type": "Polygon",
        "coordinates": [SQUARE],
        "crs": {"type": "name", "properties": {"name": "EPSG:4490"}},
    }
    drawn_polygon(json.dumps(body).encode(), Datum.parse("EPSG:4490"))
    with pytest.raises(BadPolygon, match="leave one out"):
        drawn_polygon(json.dumps(body).encode(), Datum.parse("EPSG:3857"))
