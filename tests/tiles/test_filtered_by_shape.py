"""A tile by a spatial filter draws what shapely finds in the shape, and what lies in the tile."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile
from tests.conftest import TestServer
from tests.geo.near_shapes import FORMS, away_m, some_shape
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, write_world
from tests.tiles.test_any_shape import MARGIN, UNITS, in_units
from tests.tiles.test_filtered import VARIED, drawn, listed, tiles_over, zooms_of

pytestmark = pytest.mark.anyio

SQUARE = (WEST, SOUTH, 0.025)
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "S_INTERSECTS": shapely.intersects,
    "S_WITHIN": shapely.within,
    "S_DISJOINT": shapely.disjoint,
}
POINTS = ("events", "addresses", "persons", "cameras", "pois")
PLANES = {
    epsg: Transformer.from_crs(4326 if epsg == 3857 else 4490, epsg, always_xy=True)
    for epsg in (3857, 4547)
}
HAIR_M, CLOSE_M, SINGLE_ZOOM = 0.05, 0.01, 16


@dataclass(frozen=True)
class Things:
    """What a collection lists without a filter: codes and where each thing is."""

    codes: np.ndarray
    shapes: np.ndarray


@dataclass(frozen=True)
class Asked:
    """A filter, the codes of what it surely finds, and of what it may find."""

    query: dict[str, str]
    surely: set[str]
    maybe: set[str]


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        write_world(made)
        with psycopg.connect(made) as conn:
            conn.execute(VARIED)
        yield made


@pytest.fixture(scope="module")
async def site(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(url))
    key = bearer(make_key(url, "commander"))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), key) as opened,
    ):
        yield opened


async def things_of(site: httpx.AsyncClient, layer: str) -> Things:
    features = await listed(site, {}, layer, {})
    assert not isinstance(features, int)
    return Things(
        np.array([each["id"] for each in features]),
        np.array([shapely.geometry.shape(each["geometry"]) for each in features]),
    )


def by_relation(random: np.random.Generator, things: Things, shape: BaseGeometry) -> Asked:
    """Ask in degrees, where a corner of the shape may be where a thing is."""
    op = str(random.choice(list(RELATIONS)))
    found = set(things.codes[RELATIONS[op](things.shapes, shape)].tolist())
    return Asked({"filter": f"{op}(geometry, {shape.wkt})"}, found, found)


def by_distance(random: np.random.Generator, things: Things, shape: BaseGeometry) -> Asked:
    """Ask for what is so near; to a centimetre rounding, and where nearest is sought, decide."""
    limit_m = float(random.uniform(0, 1500))
    least_m, most_m = limit_m - CLOSE_M, limit_m + CLOSE_M
    away = away_m(shape, shapely.get_coordinates(things.shapes), [least_m, most_m])
    return Asked(
        {"filter": f"S_DWITHIN(geometry, {shape.wkt}, {limit_m})"},
        set(things.codes[away <= least_m].tolist()),
        set(things.codes[away <= most_m].tolist()),
    )


def in_metres(random: np.random.Generator, things: Things, shape: BaseGeometry) -> Asked:
    """Ask in a CRS of metres, and relate in its plane."""
    epsg = int(random.choice(list(PLANES)))

    def there(at: np.ndarray) -> np.ndarray:
        return np.column_stack(PLANES[epsg].transform(*at.T))

    flat, places = shapely.transform(shape, there), shapely.transform(things.shapes, there)
    surely = shapely.dwithin(flat, places, 0) & (shapely.distance(edge_of(flat), places) > HAIR_M)
    maybe = shapely.dwithin(flat, places, HAIR_M)
    told = flat if epsg == 3857 else shapely.transform(flat, lambda at: at[:, ::-1])
    crs = f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"
    return Asked(
        {"filter": f"S_INTERSECTS(geometry, {told.wkt})", "filter-crs": crs},
        set(things.codes[surely].tolist()),
        set(things.codes[maybe].tolist()),
    )


def edge_of(shape: BaseGeometry) -> BaseGeometry:
    return shape.boundary if shape.geom_type.endswith("Polygon") else shape


def in_tile(shape: BaseGeometry, tile: Tile) -> tuple[bool, bool]:
    """Say whether a thing is surely drawn in a tile, and whether it may be, as its margin is."""
    units = in_units(shape, tile)
    if shape.geom_type == "Point":
        beyond = np.abs(shapely.get_coordinates(units)[0] - UNITS / 2).max() - UNITS / 2
        return bool(beyond <= 0), bool(beyond <= MARGIN + 1)
    whole = shapely.box(0, 0, UNITS, UNITS)
    return units.intersection(whole).area > UNITS, units.distance(whole) <= MARGIN + 1


async def features_in(
    site: httpx.AsyncClient, layer: str, tile: Tile, query: dict[str, str]
) -> list[dict[str, Any]]:
    answer = await site.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", params=query)
    assert answer.status_code in {200, 204}, answer.text
    if answer.status_code == 204:
        return []
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return found


async def check_tile(
    site: httpx.AsyncClient, layer: str, tile: Tile, query: dict[str, str], where: dict[str, Any]
) -> None:
    """Compare what a tile draws with those of the list that lie in it."""
    told = await features_in(site, layer, tile, query)
    lies = {code: in_tile(shape, tile) for code, shape in where.items()}
    surely = {code for code, (inside, _) in lies.items() if inside}
    maybe = {code for code, (_, near) in lies.items() if near}
    if layer == "persons":  # as many as live at each address
        assert len(surely) <= sum(each["properties"]["count"] for each in told) <= len(maybe)
        return
    codes = [each["properties"]["code"] for each in told]
    assert len(set(codes)) == len(codes)
    assert surely <= set(codes) <= maybe


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    layer=st.sampled_from([*POINTS, "grids"]),
    form=st.sampled_from(FORMS),
    ask=st.sampled_from([by_relation, by_distance, in_metres]),
)
async def test_a_tile_draws_what_is_found_and_lies_in_it(
    site: httpx.AsyncClient,
    seed: int,
    layer: str,
    form: str,
    ask: Callable[[np.random.Generator, Things, BaseGeometry], Asked],
) -> None:
    """The list has what shapely and pyproj find, each tile what of it lies there, far out all."""
    random = np.random.default_rng(seed)
    things = await things_of(site, layer)
    through = shapely.get_coordinates(things.shapes)
    shape = some_shape(random, form, SQUARE, through)
    asked = (by_relation if layer == "grids" else ask)(random, things, shape)
    told = await listed(site, {}, layer, asked.query)
    assert not isinstance(told, int)
    found = {each["id"] for each in told}
    assert asked.surely <= found <= asked.maybe

    where = {
        code: place
        for code, place in zip(things.codes.tolist(), things.shapes, strict=True)
        if code in found
    }
    tiles = tiles_over(SINGLE_ZOOM)
    for n in random.permutation(len(tiles))[:4]:
        await check_tile(site, layer, tiles[n], asked.query, where)
    if layer != "grids":
        far = zooms_of(layer)[0]
        gathered = await drawn(site, {}, layer, far, asked.query)
        assert not isinstance(gathered, int)
        assert sum(each["properties"]["count"] for each in gathered) == len(found)
