"""What lies in a drawn polygon, against shapely; and what nobody finds out by drawing."""

import json
from typing import Any

import geopandas as gpd
import h3
import httpx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.datum import Datum
from gis_gov.geo.measure import area_m2
from gis_gov.statistics.polygon_schemas import InPolygon
from gis_gov.statistics.polygons import BadPolygon, drawn_polygon
from tests.counting.granted import COMMUNITY, STREET, Grant
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.counting.village import DISTRICT, SIDES, STEP, Village
from tests.counting.village import SOUTH as VILLAGE_SOUTH
from tests.counting.village import WEST as VILLAGE_WEST

PATH = "/statistics/polygon"
COUNTED = ("persons", "buildings", "dwellings", "enterprises", "addresses", "events", "pois")
COMMANDER = Grant("commander")
BAND = (VILLAGE_WEST, VILLAGE_SOUTH, VILLAGE_WEST + SIDES * STEP, VILLAGE_SOUTH + SIDES * STEP)


async def figures(
    client: httpx.AsyncClient, shape: BaseGeometry, headers: Any = None, **asked: str
) -> dict[str, dict[str, Any]]:
    answer = await client.post(
        PATH, content=shapely.to_geojson(shape), params=asked, headers=headers
    )
    assert answer.status_code == 200, answer.text
    InPolygon(**answer.json())
    return {figure["measure"]: figure for figure in answer.json()["figures"]}


def counted(world: World, shape: BaseGeometry) -> dict[str, int]:
    things = world.things[world.things["lon"].notna()]
    inside = things[shapely.intersects_xy(shape, things["lon"], things["lat"])]
    return {layer: int((inside["layer"] == layer).sum()) for layer in COUNTED}


def drawn(random: np.random.Generator, corners: int) -> BaseGeometry:
    """Draw a star with a hole around the middle of the district, or somewhere in it."""
    middle = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    length = random.uniform(SIDE / 8, SIDE / 2, corners)
    ring = np.column_stack(
        [middle[0] + length * np.cos(angles), middle[1] + length * np.sin(angles)]
    )
    star = shapely.make_valid(shapely.Polygon(ring))
    hole = shapely.Point(middle).buffer(SIDE / 12, 3)
    return shapely.multipolygons(
        [p for p in shapely.get_parts(star.difference(hole)) if p.geom_type == "Polygon"]
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), corners=st.integers(3, 12))
async def test_it_is_what_shapely_finds(
    client: httpx.AsyncClient, world: World, seed: int, corners: int
) -> None:
    shape = drawn(np.random.default_rng(seed), corners)
    if shape.is_empty:
        return
    found = await figures(client, shape, measures=",".join(COUNTED))
    assert {name: figure["count"] for name, figure in found.items()} == counted(world, shape)
    for figure in found.values():
        rate, squared = figure["per_km2"], float(area_m2(shape)) / 1e6
        assert "cells" not in figure
        assert rate["denominator"] == pytest.approx(squared, abs=1e-9)
        assert rate["value"] == pytest.approx(figure["count"] / squared, abs=1e-6)


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


async def told_of_cells(
    asking: httpx.AsyncClient, headers: dict[str, str], layer: str
) -> dict[str, int | None]:
    asked = {"layer": layer, "resolution": 9, "f": "json"}
    return (await asking.get("/heatmap", params=asked, headers=headers)).json()["cells"]


@pytest.mark.parametrize(
    ("grant", "layers"),
    [
        (Grant("screen"), ("persons", "dwellings", "houses", "addresses", "enterprises")),
        (Grant("analyst", STREET), ("persons", "dwellings")),
        (Grant("weather_officer"), ("persons", "events")),
        (Grant("department_officer"), ("persons", "dwellings")),
        (Grant("department_officer", DISTRICT, ("control",)), ("persons",)),
    ],
    ids=str,
)
async def test_for_whom_points_are_closed_a_polygon_tells_what_the_heat_map_does(
    asking: httpx.AsyncClient, village: Village, grant: Grant, layers: tuple[str, ...]
) -> None:
    """So nothing is found out by drawing: each figure is a sum of what is told anyway."""
    headers, random = grant.key(village.url), np.random.default_rng(11)
    for layer in layers:
        cells = await told_of_cells(asking, headers, layer)
        lat, lon = np.array([h3.cell_to_latlng(cell) for cell in cells]).T
        for _ in range(6):
            corners = random.uniform(BAND[:2], BAND[2:], (12, 2))
            shape = shapely.MultiPoint(corners).convex_hull
            found = (await figures(asking, shape, headers, measures=layer))[layer]
            inside = shapely.intersects_xy(shape, lon, lat)
            held = [count for count, i in zip(cells.values(), inside, strict=True) if i]
            assert found["count"] == sum(count or 0 for count in held)
            assert found["withheld_cells"] == held.count(None)
            assert found["resolution"] == 9


@pytest.mark.parametrize(
    "grant",
    [
        Grant("screen"),
        Grant("department_officer"),
        Grant("department_officer", DISTRICT, ("control",)),
        Grant("department_officer", STREET, ("service", "control", "rely", "other")),
    ],
    ids=str,
)
async def test_polygons_that_differ_by_a_house_do_not_tell_who_lives_there(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    """Draw around, and without, single homes; the commander shows that there is something."""
    headers, known = grant.key(village.url), COMMANDER.key(village.url)
    persons = village.things[(village.things["layer"] == "persons") & (village.things["lon"] > 0)]
    homes = persons.groupby(["lon", "lat"]).size().reset_index().sample(8, random_state=1)
    whole = shapely.box(*BAND)
    seen = 0
    for lon, lat in homes[["lon", "lat"]].to_numpy().tolist():
        home = shapely.Point(lon, lat).buffer(2e-5, 2)
        if (
            shapely.Point(h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, 9))[::-1]).distance(home)
            < 1e-4
        ):
            continue  # a middle of a hexagon
        for around in (home, whole.difference(home)):
            told = (await figures(asking, around, headers, measures="persons"))["persons"]
            hull = whole if around is not home else shapely.Point(0, 0).buffer(1e-5)
            other = (await figures(asking, hull, headers, measures="persons"))["persons"]
            assert (told["count"], told["withheld_cells"]) == (
                other["count"], other["withheld_cells"],
            )  # fmt: skip
        seen += (await figures(asking, home, known, measures="persons"))["persons"]["count"]
    assert seen > 8


@pytest.mark.parametrize(
    "grant",
    [
        Grant("department_officer", DISTRICT, ("control",)),
        Grant("department_officer", STREET, ("service", "rely")),
    ],
    ids=str,
)
async def test_nor_do_boxes_of_the_heat_map(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    headers = grant.key(village.url)
    persons = grant.counted(village.things)
    persons = persons[(persons["layer"] == "persons") & (persons["lon"] > 0)]
    for lon, lat in persons[["lon", "lat"]].drop_duplicates().head(8).to_numpy().tolist():
        box = ",".join(map(repr, (lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5)))
        asked = {"layer": "persons", "resolution": 9, "f": "json", "bbox": box}
        told = (await asking.get("/heatmap", params=asked, headers=headers)).json()["cells"]
        centre = h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, 9))
        assert bool(told) == (abs(centre[0] - lat) <= 1e-5 and abs(centre[1] - lon) <= 1e-5)


async def test_of_another_place_or_class_nothing_is_counted(
    asking: httpx.AsyncClient, village: Village
) -> None:
    whole = shapely.box(BAND[0] - 0.01, BAND[1] - 0.01, BAND[2] + 0.01, BAND[3] + 0.01)
    for grant in (
        Grant("supervisor", COMMUNITY),
        Grant("grid_worker", DISTRICT, ("control",)),
        Grant("department_officer", "", None, "fire"),
    ):
        own = grant.counted(village.things)
        found = await figures(asking, whole, grant.key(village.url), measures="persons,events")
        placed = own[own["lon"].notna()]
        inside = shapely.intersects_xy(whole, placed["lon"], placed["lat"])
        assert found["events"]["count"] == (inside & (placed["layer"] == "events")).sum()
        if "cells" not in found["persons"]:
            assert found["persons"]["count"] == (inside & (placed["layer"] == "persons")).sum()


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
