"""Kernel density: what is spread stays as many, and is spread over the ground, not the map."""

import itertools
import struct
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import cells_of, centres, from_hex, parents
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from gis_gov.heatmaps.density import density_km2
from gis_gov.heatmaps.density_image import SHADES, palette, png, shades_of
from gis_gov.heatmaps.density_raster import raster_of, raster_of_tile, resolution_for_bandwidth
from gis_gov.heatmaps.hexagons import Hexagons
from tests.counting.granted import Grant, ask
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village

GRS80 = Geod(ellps="GRS80")
SIDE = SIDES * STEP
BOX = BBox(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
Floats = NDArray[np.float64]

somewhere = st.tuples(st.floats(75, 134), st.floats(4, 53))
bandwidths = st.floats(50, 3000)


def around(lon: float, lat: float, metres: float) -> BBox:
    """Return a box with sides at a distance from a point."""
    (east, _, _), (west, _, _) = GRS80.fwd(lon, lat, 90, metres), GRS80.fwd(lon, lat, 270, metres)
    (_, north, _), (_, south, _) = GRS80.fwd(lon, lat, 0, metres), GRS80.fwd(lon, lat, 180, metres)
    return BBox(west, south, east, north)


def pixel_areas_km2(box: BBox, rows: Floats, columns: Floats) -> Floats:
    """Return the geodesic area of a pixel of each row."""
    edges = np.concatenate([[box.north], (rows[1:] + rows[:-1]) / 2, [box.south]])
    width = (box.east - box.west) / columns.size
    return (
        np.array(
            [
                abs(
                    GRS80.polygon_area_perimeter(
                        [0, width, width, 0], [south, south, north, north]
                    )[0]
                )
                for north, south in itertools.pairwise(edges)
            ]
        )
        / 1e6
    )


@given(somewhere, bandwidths, st.lists(st.floats(0.5, 1000), min_size=1, max_size=5))
def test_what_is_spread_stays_as_many(
    place: tuple[float, float], bandwidth_m: float, weights: list[float]
) -> None:
    lon, lat = place
    raster = raster_of(around(lon, lat, 5 * bandwidth_m), 60)
    shifts = np.linspace(-0.5, 0.5, len(weights)) * bandwidth_m / 111_000
    found = density_km2(
        lon + shifts,
        lat - shifts,
        np.array(weights),
        np.full(len(weights), bandwidth_m),
        raster.columns,
        raster.rows,
    )
    areas = pixel_areas_km2(raster.box, raster.rows, raster.columns)
    assert (found * areas[:, None]).sum() == pytest.approx(sum(weights), rel=2e-3)


@given(somewhere, bandwidths)
def test_distances_are_those_on_the_ellipsoid(
    place: tuple[float, float], bandwidth_m: float
) -> None:
    lon, lat = place
    raster = raster_of(around(lon, lat, 4 * bandwidth_m), 90)  # more than a block
    one, scale = np.ones(1), np.full(1, bandwidth_m)
    found = density_km2(np.array([lon]), np.array([lat]), one, scale, raster.columns, raster.rows)
    grid = np.meshgrid(raster.columns, raster.rows)
    lons, lats = (each.ravel() for each in grid)
    _, _, distance = GRS80.inv(np.full(lons.size, lon), np.full(lats.size, lat), lons, lats)
    share = np.asarray(distance).reshape(found.shape) / bandwidth_m
    wanted = np.exp(-0.5 * share**2) / (2 * np.pi * bandwidth_m**2) * 1e6
    near = share <= 3
    assert found[near] == pytest.approx(wanted[near], rel=0.02)
    assert found.max() == pytest.approx(wanted.max(), rel=1e-3)


def some_hexagons(seed: int, resolution: int) -> tuple[Floats, Floats, Hexagons]:
    random = np.random.default_rng(seed)
    lon, lat = random.normal((WEST + SIDE / 2, SOUTH + SIDE / 2), SIDE / 6, (500, 2)).T
    cells, counts = np.unique(parents(cells_of(lon, lat), resolution), return_counts=True)
    return lon, lat, Hexagons(resolution, dict(zip(cells.tolist(), counts.tolist(), strict=True)))


@pytest.mark.parametrize("bandwidth_m", [100.0, 300.0, 1000.0])
def test_hexagons_are_small_beside_the_bandwidth(bandwidth_m: float) -> None:
    lon, lat, told = some_hexagons(1, resolution_for_bandwidth(bandwidth_m))
    raster = raster_of(BOX, 200)
    spread = raster.density_km2(told, bandwidth_m)
    scale = np.full(lon.size, bandwidth_m)
    exact = density_km2(lon, lat, np.ones(lon.size), scale, raster.columns, raster.rows)
    assert np.abs(spread - exact).sum() / exact.sum() < 0.06


@pytest.mark.parametrize(
    ("tile_in", "zoom"),
    [(tile_at, 3), (tile_at, 9), (tile_at, 13), (geodetic_tile_at, 2), (geodetic_tile_at, 12)],
)
def test_tiles_meet_at_their_edges(
    tile_in: Callable[[float, float, int], AnyTile], zoom: int
) -> None:
    """Four tiles are one of the zoom before, in half the pixels' size."""
    *_, told = some_hexagons(2, 9)
    parent = tile_in(WEST + SIDE / 2, SOUTH + SIDE / 2, zoom)
    whole = raster_of_tile(parent, 64).density_km2(told, 300)
    parts = np.block(
        [
            [
                raster_of_tile(
                    type(parent)(zoom + 1, 2 * parent.x + column, 2 * parent.y + row), 32
                ).density_km2(told, 300)
                for column in (0, 1)
            ]
            for row in (0, 1)
        ]
    )
    assert whole.max() > 0
    assert parts == pytest.approx(whole, rel=1e-6, abs=1e-9 * float(whole.max()))


def opened(picture: bytes) -> tuple[int, int, dict[bytes, bytes]]:
    """Take a PNG apart, and check its sums."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(picture):
        (size,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        (told,) = struct.unpack_from(">I", picture, at + 8 + size)
        assert told == zlib.crc32(kind + data)
        chunks[kind] = data
        at += 12 + size
    assert list(chunks) == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    width, height, *kinds = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kinds == [8, 3, 0, 0, 0]
    return width, height, chunks


def test_a_picture_has_the_shades_that_it_is_given() -> None:
    shades = np.random.default_rng(3).integers(0, SHADES, (7, 11)).astype(np.uint8)
    width, height, chunks = opened(png(shades))
    assert (width, height) == (11, 7)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(7, 12)
    assert (lines[:, 0] == 0).all()
    assert (lines[:, 1:] == shades).all()
    assert (len(chunks[b"PLTE"]), len(chunks[b"tRNS"])) == (3 * SHADES, SHADES)
    assert chunks[b"tRNS"][0] == 0
    assert (np.diff(palette()[:, 3].astype(int)) >= 0).all()


def test_shades_go_up_to_the_maximum() -> None:
    density = np.array([[0.0, 5.0, 10.0, 20.0]])
    assert shades_of(density, 10).tolist() == [[0, 128, 255, 255]]
    assert not shades_of(density, 0).any()


def path_of(tile: AnyTile) -> str:
    return f"/heatmap/density/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"


PLACE = f"{BOX.west},{BOX.south},{BOX.east},{BOX.north}"


@pytest.mark.parametrize("role", ["commander", "department_officer", "screen", "grid_worker"])
@pytest.mark.parametrize("asked", [{"layer": "persons"}, {"layer": "events"}], ids=str)
async def test_a_picture_tells_nothing_but_what_the_hexagons_do(
    asking: httpx.AsyncClient, village: Village, role: str, asked: dict[str, Any]
) -> None:
    headers = Grant(role).key(village.url)
    parameters = {**asked, "bbox": PLACE, "bandwidth_m": 150, "size_px": 64}
    answer = await asking.get("/heatmap/density.png", params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, no-store"
    resolution = int(answer.headers["x-density-resolution"])
    told = await ask(asking, "/heatmap", headers, **asked, resolution=resolution, f="json")
    assert told["resolution"] == resolution
    if role == "department_officer" and asked["layer"] == "persons":
        assert resolution == 9
    counts = dict(zip(from_hex(list(told["cells"])).tolist(), told["cells"].values(), strict=True))
    density = raster_of(BOX, 64).density_km2(Hexagons(resolution, counts), 150)
    maximum = float(answer.headers["x-density-maximum-km2"])
    assert maximum == pytest.approx(density.max(), rel=1e-5)
    assert answer.content == png(shades_of(density, density.max()))
    tile = tile_at(WEST + SIDE / 2, SOUTH + SIDE / 2, 13)
    path = f"/heatmap/density/{tile.z}/{tile.x}/{tile.y}.png"
    parameters = {**asked, "bandwidth_m": 150, "maximum_km2": 100}
    answer = await asking.get(path, params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    density = raster_of_tile(tile, 256).density_km2(Hexagons(resolution, counts), 150)
    assert answer.content == png(shades_of(density, 100))
    tile = geodetic_tile_at(WEST + SIDE / 2, SOUTH + SIDE / 2, 12)
    answer = await asking.get(path_of(tile), params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    density = raster_of_tile(tile, 256).density_km2(Hexagons(resolution, counts), 150)
    assert answer.content == png(shades_of(density, 100))


async def test_where_nothing_is_there_is_no_picture(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("commander").key(village.url)
    asked = {"layer": "events", "maximum_km2": 10}
    answer = await asking.get("/heatmap/density/9/0/0.png", params=asked, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    answer = await asking.get("/heatmap/density/1/2/0.png", params=asked, headers=headers)
    assert answer.status_code == 400
    answer = await asking.get("/heatmap/1/0/2.mvt", params={"layer": "events"}, headers=headers)
    assert answer.status_code == 400
    flat = {"layer": "events", "bbox": "113,22,113,23"}
    answer = await asking.get("/heatmap/density.png", params=flat, headers=headers)
    assert "no width" in answer.json()["detail"]


def test_sources_are_at_the_centres() -> None:
    (cell,) = cells_of([WEST], [SOUTH], 9).tolist()
    raster = raster_of(BOX, 128)
    density = raster.density_km2(Hexagons(9, {cell: 5}), 200)
    row, column = np.unravel_index(density.argmax(), density.shape)
    (lon,), (lat,) = centres([cell])
    assert abs(raster.columns[column] - max(lon, WEST)) <= raster.pixel_deg
    assert abs(raster.rows[row] - max(lat, SOUTH)) <= raster.pixel_deg
