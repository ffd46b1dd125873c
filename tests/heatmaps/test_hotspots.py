"""Hot spots: Gi* by its formula written out over a full matrix, and as esda finds it."""

import asyncio
from collections.abc import Callable
from typing import Any

import h3
import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis_gov.app import create_app
from gis_gov.counting.false_discovery import adjusted
from gis_gov.geo.cells import from_hex
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from gis_gov.heatmaps.hotspot_schemas import HotSpotCells, HotSpots
from gis_gov.heatmaps.hotspots import ALPHA, find_spots
from gis_gov.settings import Settings
from tests.counting.granted import BOX, STREET, Grant, ask
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village, write_village
from tests.heatmaps.figure_tiles import over_all_tiles
from tests.signed_in import client_of

MIDDLE = "894118b6b4bffff"
Floats = NDArray[np.float64]


def by_matrix(names: list[str], values: Floats) -> Floats:
    """Compute Gi* over the whole matrix of weights."""
    size = len(names)
    weights = np.array([[h3.grid_distance(a, b) <= 1 for b in names] for a in names], dtype=float)
    mean = values.sum() / size
    deviation = np.sqrt((values**2).sum() / size - mean**2)
    around, squares = weights.sum(axis=1), (weights**2).sum(axis=1)
    spread = deviation * np.sqrt((size * squares - around**2) / (size - 1))
    return (weights @ values - mean * around) / spread


@given(st.lists(st.integers(0, 40), min_size=61, max_size=61), st.integers(20, 61))
def test_it_is_the_formula_over_any_patch(counts: list[int], size: int) -> None:
    names = sorted(h3.grid_disk(MIDDLE, 4))[:size]
    values = np.array(counts[:size], dtype=np.float64)
    spots = find_spots(from_hex(names), values)
    if values.std() == 0:
        assert np.isnan(spots.z).all()
        assert spots.kinds == [None] * size
    else:
        assert spots.z == pytest.approx(by_matrix(names, values), rel=1e-6, abs=1e-6)
        assert (spots.q >= spots.p - 1e-12).all()


# What esda 2.9.0 gives (G_Local with star, binary weights) for these counts in the hexagons of a
# disk of two rings, by name: its Zs, and twice its one-sided p_norm.
COUNTS = [30, 27, 27, 1, 4, 3, 1, 2, 3, 1, 1, 3, 4, 4, 4, 2, 2, 1, 2]
ZS = [
    *(3.062147, 2.508311, 3.564508, 0.599694, 1.132619, -0.969913, -0.046546, -1.082091, 1.555151),
    *(-1.202448, -1.297376, -1.225711, -0.920627, -0.046546, -1.225711, -1.243555, -0.853646),
    *(-1.422238, -0.795513),
]
PS = [
    *(0.002198, 0.012131, 0.000365, 0.54871, 0.257374, 0.33209, 0.962875, 0.279212, 0.11991),
    *(0.22919, 0.194502, 0.220307, 0.357245, 0.962875, 0.220307, 0.213664, 0.393301, 0.154957),
    0.426315,
]


def test_it_is_what_esda_finds() -> None:
    names = sorted(h3.grid_disk(MIDDLE, 2))
    spots = find_spots(from_hex(names), np.array(COUNTS, dtype=np.float64))
    assert spots.z == pytest.approx(ZS, abs=1e-6)
    assert spots.p == pytest.approx(PS, abs=1e-6)


def test_a_crowd_is_hot_and_noise_is_not() -> None:
    names = sorted(h3.grid_disk(MIDDLE, 12))
    random = np.random.default_rng(5)
    crowd = set(h3.grid_disk(h3.grid_ring(MIDDLE, 6)[0], 1))
    values = random.poisson(5, len(names)) + np.array([30 * (name in crowd) for name in names])
    kinds = dict(zip(names, find_spots(from_hex(names), values.astype(float)).kinds, strict=True))
    assert all(kinds[name] == "hot" for name in crowd)
    noise = random.poisson(5, (20, len(names))).astype(float)
    false = [find_spots(from_hex(names), each).kinds for each in noise]
    assert sum(any(kinds) for kinds in false) <= 5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_rate_of_false_ones_is_that_of_benjamini_and_hochberg(chances: list[float]) -> None:
    p = np.array(chances)
    ranked = np.sort(p)
    passed = np.flatnonzero(ranked <= ALPHA * np.arange(1, p.size + 1) / p.size)
    limit = ranked[passed[-1]] if passed.size else -1.0
    q = adjusted(p)
    sure = np.abs(q - ALPHA) > 1e-9
    assert ((q <= ALPHA) == (p <= limit))[sure].all()
    assert np.isnan(adjusted(np.array([np.nan]))).all()


DISTRICT = shapely.box(WEST, SOUTH, WEST + SIDES * STEP, SOUTH + SIDES * STEP)


def governed(resolution: int, within: shapely.Geometry) -> set[str]:
    """Return the hexagons with their centre in the grids of the village, and in a shape."""
    west, south, east, north = DISTRICT.bounds
    ring = [(south, west), (south, east), (north, east), (north, west)]
    near = {
        b for a in h3.polygon_to_cells(h3.LatLngPoly(ring), resolution) for b in h3.grid_disk(a, 1)
    }
    centre = {name: shapely.Point(h3.cell_to_latlng(name)[::-1]) for name in near}
    both = shapely.intersection(DISTRICT, within)
    return {name for name, point in centre.items() if shapely.covers(both, point)}


@pytest.mark.parametrize(
    "grant", [Grant("commander"), Grant("screen"), Grant("supervisor", STREET)], ids=str
)
@pytest.mark.parametrize("layer", ["persons", "events", "houses"])
async def test_they_are_made_of_what_the_heat_map_tells(
    asking: httpx.AsyncClient, village: Village, grant: Grant, layer: str
) -> None:
    headers = grant.key(village.url)
    asked: dict[str, Any] = {"layer": layer, "resolution": 9}
    told = await ask(asking, "/heatmap", headers, **asked, f="json")
    found = HotSpotCells(**await ask(asking, "/heatmap/hotspots", headers, **asked, f="json"))
    west, south, east, _ = DISTRICT.bounds
    place = DISTRICT if not grant.place else shapely.box(west, south, east, south + 2 * STEP)
    names = sorted(governed(9, place) | set(told["cells"]))
    assert [each.cell for each in found.cells] == names
    assert found.threshold == told.get("threshold")
    counts = [told["cells"].get(name, 0) for name in names]
    assert [each.count for each in found.cells] == counts
    assert [each.withheld for each in found.cells] == [count is None for count in counts]
    values = np.array([5 if count is None else count for count in counts], dtype=np.float64)
    z = by_matrix(names, values)
    assert [each.z for each in found.cells] == pytest.approx(z.tolist(), abs=1e-3)
    drawn = HotSpots(**await ask(asking, "/heatmap/hotspots", headers, **asked))
    assert [each.properties for each in drawn.features] == found.cells


async def test_a_bbox_compares_whole_hexagons(asking: httpx.AsyncClient, village: Village) -> None:
    headers = Grant("commander").key(village.url)
    whole = (await ask(asking, "/heatmap", headers, layer="events", resolution=9, f="json"))[
        "cells"
    ]
    bbox = ",".join(map(repr, BOX))
    asked = {"layer": "events", "resolution": 9, "bbox": bbox, "f": "json"}
    found = HotSpotCells(**await ask(asking, "/heatmap/hotspots", headers, **asked))
    near = shapely.box(*BOX)
    inside = {
        name for name in whole if shapely.covers(near, shapely.Point(h3.cell_to_latlng(name)[::-1]))
    }
    assert {each.cell: each.count for each in found.cells if each.count} == {
        name: whole[name] for name in inside
    }
    assert {each.cell for each in found.cells} == governed(9, near) | inside


async def test_a_weight_is_compared_by_its_sums(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("commander").key(village.url)
    asked = {"layer": "houses", "weight": "floors", "resolution": 8, "f": "json"}
    told = await ask(asking, "/heatmap", headers, **asked)
    found = HotSpotCells(**await ask(asking, "/heatmap/hotspots", headers, **asked))
    names = [each.cell for each in found.cells]
    values = np.array([told["weights"].get(name, 0) for name in names])
    assert [each.weight for each in found.cells] == values.tolist()
    z = by_matrix(names, values)
    assert [each.z for each in found.cells] == pytest.approx(z.tolist(), abs=1e-3)


@pytest.mark.parametrize("role", ["commander", "screen"])
async def test_arrow_has_the_same_figures(
    asking: httpx.AsyncClient, village: Village, role: str
) -> None:
    headers = Grant(role).key(village.url)
    asked: dict[str, Any] = {"layer": "persons", "resolution": 9}
    told = await ask(asking, "/heatmap/hotspots", headers, **asked, f="json")
    answer = await asking.get("/heatmap/hotspots", params={**asked, "f": "arrow"}, headers=headers)
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(answer.content).read_all()
    said = {"resolution": "9", "alpha": "0.05"}
    if role == "screen":
        said["threshold"] = str(told["threshold"])
    assert table.schema.metadata == {name.encode(): value.encode() for name, value in said.items()}
    rows = [{**row, "cell": f"{row['cell']:x}"} for row in table.to_pylist()]
    for each in told["cells"]:
        each.pop("withheld", None)
    assert rows == told["cells"]
    assert (None in table["count"].to_pylist()) == (role == "screen")


@pytest.mark.parametrize("role", ["commander", "screen"])
@pytest.mark.parametrize(("tile_in", "zoom"), [(tile_at, 12), (geodetic_tile_at, 11)])
async def test_tiles_have_the_same_spots(
    asking: httpx.AsyncClient,
    village: Village,
    role: str,
    tile_in: Callable[[float, float, int], AnyTile],
    zoom: int,
) -> None:
    """Compared with all of the district, in whichever tile they are drawn."""
    headers = Grant(role).key(village.url)
    asked: dict[str, Any] = {"layer": "persons", "resolution": 9}
    told = await ask(asking, "/heatmap/hotspots", headers, **asked, f="json")
    wanted = {
        each["cell"]: {name: value for name, value in each.items() if value is not None}
        for each in told["cells"]
    }
    box = (WEST - 0.02, SOUTH - 0.02, WEST + SIDES * STEP + 0.02, SOUTH + SIDES * STEP + 0.02)
    found = await over_all_tiles(
        asking, "/heatmap/hotspots", tile_in, zoom, asked, headers, box=box
    )
    assert found == wanted
    assert {each.get("withheld") for each in found.values()} == (
        {None, True} if role == "screen" else {None}
    )


async def test_a_tile_follows_what_is_written_and_the_grids(own_database_url: str) -> None:
    write_village(own_database_url, 7)
    headers = Grant("commander").key(own_database_url)
    tile = tile_at(WEST + SIDES * STEP / 2, SOUTH + SIDES * STEP / 2, 10)
    path, asked = f"/heatmap/hotspots/{tile.z}/{tile.x}/{tile.y}.mvt", {"layer": "events"}
    app = create_app(Settings().with_database(own_database_url))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), client_of(transport) as client:

        async def cells() -> dict[str, Any]:
            answer = await client.get(path, params={**asked, "resolution": 9}, headers=headers)
            (layer,) = mapbox_vector_tile.decode(answer.content).values()
            return {each["properties"]["cell"]: each["properties"] for each in layer["features"]}

        first = await cells()
        assert await cells() == first
        with psycopg.connect(own_database_url) as conn:
            conn.execute(
                "insert into event (code, reported_at, geom)"
                " select 'more' || n, now(), (select geom from event where code = 'e1')"
                " from generate_series(1, 40) as n"
            )
        more = await cells()
        assert sum(each["count"] for each in more.values()) == 40 + sum(
            each["count"] for each in first.values()
        )
        with psycopg.connect(own_database_url) as conn:
            conn.execute("delete from event where code like 'more%%'")
            emptied = conn.execute(
                "update grid set valid_to = now() where code = (select min(code) from grid)"
                " returning code"
            ).fetchone()
        assert emptied
        fewer = first
        async with asyncio.timeout(20):
            while len(fewer) == len(first):
                fewer = await cells()
        assert len(fewer) < len(first)
