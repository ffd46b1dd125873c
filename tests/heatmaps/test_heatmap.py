"""Heat maps agree with the points counted one by one by H3's own library, to the last one."""

from collections import Counter
from typing import Any

import h3
import httpx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.counting.layers import LAYERS as ALL_LAYERS
from gis_gov.heatmaps.schemas import Heatmap, HeatmapCells
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.geo.stars import bbox_of

LAYERS = [layer for layer in ALL_LAYERS if layer != "workers"]  # see test_workers


def things_of(world: World, layer: str) -> pd.DataFrame:
    layers = ["buildings", "dwellings"] if layer == "houses" else [layer]
    things = world.things[world.things["layer"].isin(layers)]
    return things[things["lon"].notna()]


def counted(things: pd.DataFrame, resolution: int) -> Counter[str]:
    points = things[["lat", "lon"]].to_numpy().tolist()
    return Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution) for lat, lon in points
    )


async def ask(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/heatmap", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def cells(client: httpx.AsyncClient, **parameters: Any) -> dict[str, int | None]:
    return HeatmapCells(**await ask(client, f="json", **parameters)).cells


@pytest.mark.parametrize("layer", LAYERS)
async def test_all_placed_things_are_counted(
    client: httpx.AsyncClient, world: World, layer: str
) -> None:
    for resolution in (0, 7, 9, 12):
        wanted = counted(things_of(world, layer), resolution)
        assert await cells(client, layer=layer, resolution=resolution) == wanted
        assert sum(wanted.values()) >= 250


@pytest.mark.parametrize("layer", LAYERS)
async def test_a_bbox_counts_exactly_the_things_in_it_and_on_its_edge(
    client: httpx.AsyncClient, world: World, layer: str
) -> None:
    things = things_of(world, layer)
    random = np.random.default_rng(5)
    some = things[["lon", "lat"]].to_numpy()
    for share in (0.02, 0.1, 0.5, 1.2):
        # Two things set the corner, so that they lie on the edges.
        (west, _), (_, south) = random.choice(some, 2)
        box = [float(west), float(south), float(west + share * SIDE), float(south + share * SIDE)]
        inside = things["lon"].between(box[0], box[2]) & things["lat"].between(box[1], box[3])
        bbox = ",".join(map(repr, box))
        assert await cells(client, layer=layer, resolution=10, bbox=bbox) == counted(
            things[inside], 10
        )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), layer=st.sampled_from(LAYERS), resolution=st.integers(5, 12))
async def test_any_bbox_counts_what_is_in_it_and_on_its_edge(
    client: httpx.AsyncClient, world: World, seed: int, layer: str, resolution: int
) -> None:
    things = things_of(world, layer)
    points = things[["lon", "lat"]].to_numpy()
    west, south, east, north = bbox_of(np.random.default_rng(seed), WEST, SOUTH, SIDE, points)
    inside = things["lon"].between(west, east) & things["lat"].between(south, north)
    bbox = ",".join(map(repr, (west, south, east, north)))
    found = await cells(client, layer=layer, resolution=resolution, bbox=bbox)
    assert found == counted(things[inside], resolution)


async def test_a_bbox_without_width_counts_what_lies_on_it(
    client: httpx.AsyncClient, world: World
) -> None:
    things = things_of(world, "persons")
    lon, lat = things[["lon", "lat"]].to_numpy()[0].tolist()
    same = things[(things["lon"] == lon) & (things["lat"] == lat)]
    found = await cells(client, layer="persons", bbox=f"{lon!r},{lat!r},{lon!r},{lat!r}")
    assert sum(count or 0 for count in found.values()) == len(same) > 0


@pytest.mark.parametrize("layer", ["events", "positions"])
@pytest.mark.parametrize(
    ("interval", "since", "until"),
    [
        ("2026-03-01", "2026-03-01T00:00+08:00", "2026-03-02T00:00+08:00"),
        ("2026-03-02/..", "2026-03-02T00:00+08:00", None),
        ("../2026-03-01T12:00:00Z", None, "2026-03-01T12:00:00.000001Z"),
        (
            "2026-03-01T08:30:00+08:00/2026-03-01T20:00:00+08:00",
            "2026-03-01T08:30:00+08:00",
            "2026-03-01T20:00:00.000001+08:00",
        ),
    ],
)
async def test_a_time_counts_exactly_the_things_of_that_time(
    client: httpx.AsyncClient,
    world: World,
    layer: str,
    interval: str,
    since: str | None,
    until: str | None,
) -> None:
    things = things_of(world, layer)
    if since:
        things = things[things["time"] >= pd.Timestamp(since)]
    if until:
        things = things[things["time"] < pd.Timestamp(until)]
    assert len(things)
    found = await cells(client, layer=layer, resolution=8, datetime=interval)
    assert found == counted(things, 8)
    west = things[things["lon"] <= WEST + SIDE / 3]
    bbox = f"{WEST - SIDE},{SOUTH - SIDE},{WEST + SIDE / 3},{SOUTH + 2 * SIDE}"
    found = await cells(client, layer=layer, resolution=8, datetime=interval, bbox=bbox)
    assert found == counted(west, 8)


async def test_an_instant_counts_what_happened_then(
    client: httpx.AsyncClient, world: World
) -> None:
    events = things_of(world, "events")
    instant = events["time"].iloc[0]
    same = events[events["time"] == instant]
    found = await cells(client, layer="events", resolution=8, datetime=instant.isoformat())
    assert found == counted(same, 8)


async def test_hexagons_are_those_of_h3(client: httpx.AsyncClient, world: World) -> None:
    answer = await client.get("/heatmap", params={"layer": "cameras", "resolution": 9})
    assert answer.headers["content-type"] == "application/geo+json"
    found = Heatmap(**answer.json())
    assert [f.id for f in found.features] == sorted(counted(things_of(world, "cameras"), 9))
    for feature in found.features:
        ring = np.array([(lon, lat) for lat, lon in h3.cell_to_boundary(feature.id)])
        shape = shapely.Polygon(feature.geometry.coordinates[0])
        assert shape.is_valid
        assert shape.exterior.is_ccw
        assert shapely.hausdorff_distance(shape.exterior, shapely.LinearRing(ring)) < 1e-7
        assert feature.properties.cell == feature.id


async def test_a_resolution_that_fits_is_chosen(client: httpx.AsyncClient) -> None:
    whole = Heatmap(**await ask(client, layer="persons"))
    near = f"{WEST},{SOUTH},{WEST + SIDE / 40},{SOUTH + SIDE / 40}"
    small = Heatmap(**await ask(client, layer="persons", bbox=near))
    wide = Heatmap(**await ask(client, layer="persons", bbox="73,3,136,54"))
    assert wide.resolution < whole.resolution < small.resolution <= 12
    # 17 km², and some 3,000 hexagons: 0.0054 km² and more each, which is resolution 10.
    assert whole.resolution == 10


@pytest.mark.parametrize(
    ("query", "slug", "says"),
    [
        ("layer=trees", "invalid-request", "'persons', 'houses'"),
        ("", "invalid-request", "query.layer"),
        ("layer=persons&resolution=13", "invalid-request", "12"),
        ("layer=persons&resolution=-1", "invalid-request", "0"),
        ("layer=persons&bbox=1,2,3", "invalid-request", "query.bbox"),
        ("layer=persons&datetime=2026-03-01", "no-time", "events and positions"),
        ("layer=events&datetime=yesterday", "invalid-request", "query.datetime"),
        ("layer=events&datetime=2026-03-01T00:00:00+08:00", "invalid-request", "%2B"),
        ("layer=events&datetime=2026-03-02/2026-03-01", "invalid-request", "before"),
        ("layer=persons&f=csv", "invalid-request", "geojson"),
        ("layer=persons&limit=3", "unknown-parameter", "'limit'"),
    ],
)
async def test_wrong_questions_are_problems(
    client: httpx.AsyncClient, query: str, slug: str, says: str
) -> None:
    answer = await client.get(f"/heatmap?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert says in answer.json()["detail"]
