"""Items of a box are those that lie in it or on its edge, as numpy and shapely find them."""

import json

import httpx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.geo.stars import bbox_of, star

pytestmark = pytest.mark.anyio

COLLECTIONS = ("addresses", "events", "cameras", "centres", "pois")
seeds = st.integers(0, 2**32 - 1)


def placed(world: World, collection: str) -> pd.DataFrame:
    """Return the things of a collection by the codes under which they were written."""
    things = world.things[world.things["layer"] == collection].reset_index(drop=True)
    return things.set_index(collection + things.index.astype(str))


async def codes(client: httpx.AsyncClient, collection: str, **asked: str) -> set[str]:
    answer = await client.get(f"/collections/{collection}/items", params={"limit": 1000, **asked})
    assert answer.status_code == 200, answer.text
    found = [feature["id"] for feature in answer.json()["features"]]
    assert len(found) == len(set(found)) == answer.json()["numberMatched"]
    return set(found)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, collection=st.sampled_from(COLLECTIONS))
async def test_a_box_has_what_lies_in_it_and_on_its_edge(
    world_client: httpx.AsyncClient, world: World, seed: int, collection: str
) -> None:
    things = placed(world, collection)
    nowhere = things["lon"].isna()
    points = things.loc[~nowhere, ["lon", "lat"]].to_numpy()
    west, south, east, north = bbox_of(np.random.default_rng(seed), WEST, SOUTH, SIDE, points)
    inside = things["lon"].between(west, east) & things["lat"].between(south, north)
    found = await codes(
        world_client, collection, bbox=",".join(map(repr, (west, south, east, north)))
    )
    # What has no place is in every box.
    assert found == set(things.index[inside | nowhere])


@settings(max_examples=25, deadline=None)
@given(seed=seeds, corners=st.integers(3, 12), collection=st.sampled_from(COLLECTIONS))
async def test_a_shape_has_what_lies_in_it_and_on_its_corners(
    world_client: httpx.AsyncClient, world: World, seed: int, corners: int, collection: str
) -> None:
    things = placed(world, collection).dropna(subset=["lon"])
    shape = star(
        np.random.default_rng(seed), corners, WEST, SOUTH, SIDE, things[["lon", "lat"]].to_numpy()
    )
    if shape.is_empty:
        return
    tree = {
        "op": "s_intersects",
        "args": [{"property": "geometry"}, json.loads(shapely.to_geojson(shape))],
    }
    found = await codes(
        world_client, collection, filter=json.dumps(tree), **{"filter-lang": "cql2-json"}
    )
    assert found == set(things.index[shapely.intersects_xy(shape, things["lon"], things["lat"])])


@settings(max_examples=25, deadline=None)
@given(seed=seeds, is_small=st.booleans())
async def test_a_box_has_the_grids_that_it_meets_but_in_their_holes(
    world_client: httpx.AsyncClient, world: World, seed: int, is_small: bool
) -> None:
    """A grid of which it touches a corner or an edge is met; one around it, with a hole there, not.

    The grids of the tiling have one, and so do the stars that are drawn.
    """
    random = np.random.default_rng(seed)
    current = {grid.code: grid.shape for grid in world.grids if not grid.retired}
    current["M01"] = current[world.grids[0].code]
    corners = shapely.get_coordinates(list(current.values()))
    west, south, east, north = bbox_of(random, WEST, SOUTH, SIDE, corners)
    if is_small:  # about a corner, or in the grid that lies in the hole
        hole = shapely.get_coordinates(current["X01"].representative_point())
        west, south = random.choice(np.concatenate([corners, hole.repeat(30, axis=0)])).tolist()
        east, north = np.add((west, south), random.uniform(0, SIDE / 300, 2)).tolist()
    box = shapely.box(west, south, east, north)
    found = await codes(world_client, "grids", bbox=",".join(map(repr, (west, south, east, north))))
    assert found == {code for code, shape in current.items() if shapely.intersects(shape, box)}

    shape = star(random, 7, WEST, SOUTH, SIDE, corners)
    if shape.is_empty:
        return
    for op, relates in (
        ("s_intersects", shapely.intersects),
        ("s_within", shapely.within),
        ("s_disjoint", shapely.disjoint),
    ):
        tree = {
            "op": op,
            "args": [{"property": "geometry"}, json.loads(shapely.to_geojson(shape))],
        }
        found = await codes(
            world_client, "grids", filter=json.dumps(tree), **{"filter-lang": "cql2-json"}
        )
        assert found == {code for code, each in current.items() if relates(each, shape)}, op
