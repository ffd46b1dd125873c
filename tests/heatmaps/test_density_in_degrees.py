"""Density in degrees: as dense at each place as in Web Mercator, and where the things are."""

import zlib
from math import asinh, pi, radians, tan

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from gis_gov.geo.cells import cells_of
from gis_gov.geo.geodetic_tile import GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.heatmaps.density_raster import raster_of_tile
from gis_gov.heatmaps.hexagons import Hexagons
from tests.counting.granted import Grant
from tests.counting.village import Village
from tests.heatmaps.test_density import GRS80, opened, path_of, pixel_areas_km2

BANDWIDTH_M, LAST_KM2 = 300.0, 400.0
MERCATOR_13 = 8192 * 256
IN_DEGREES_12 = 4096 * 256


@pytest.mark.parametrize("lat", [-40.0, 1.0, 25.0, 50.0, 70.0])
@pytest.mark.parametrize("level", [3, 6, 11])
def test_in_degrees_what_is_narrower_than_a_pixel_stays_as_many(lat: float, level: int) -> None:
    """There a pixel is higher than wide: between two rows of them nothing may be lost."""
    tile = geodetic_tile_at(113.3, lat, level)
    box = tile.bounds()
    middle = (box.west + box.east) / 2, (box.south + box.north) / 2
    (cell,) = cells_of([middle[0]], [middle[1]], 12).tolist()
    raster = raster_of_tile(tile, 64)
    found = raster.density_km2(Hexagons(12, {cell: 1000}), 50)
    areas = pixel_areas_km2(box, raster.rows, raster.columns)
    assert (found * areas[:, None]).sum() == pytest.approx(1000, rel=0.01)


def pixel_of(tile: AnyTile, lon: float, lat: float) -> tuple[int, int]:
    """Return the row and column of a place in a tile, by the matrix sets' definitions."""
    if isinstance(tile, GeodeticTile):
        row, column = (90 - lat) / 180 * IN_DEGREES_12, (lon + 180) / 180 * IN_DEGREES_12
    else:
        row = (1 - asinh(tan(radians(lat))) / pi) / 2 * MERCATOR_13
        column = (lon + 180) / 360 * MERCATOR_13
    return int(row) - 256 * tile.y, int(column) - 256 * tile.x


def place_of(tile: AnyTile, row: int, column: int) -> tuple[float, float]:
    """Return where the middle of a pixel is, in degrees; the tile is small."""
    box = tile.bounds()
    return (
        box.west + (column + 0.5) / 256 * (box.east - box.west),
        box.north - (row + 0.5) / 256 * (box.north - box.south),
    )


async def test_in_both_matrix_sets_it_is_dense_where_the_things_are(
    asking: httpx.AsyncClient, village: Village
) -> None:
    """A tile of level 12 in degrees is as wide as one of zoom 13 of Web Mercator."""
    headers = Grant("commander").key(village.url)
    persons = village.things[village.things["layer"] == "persons"].dropna(subset="lon")
    lons, lats = persons["lon"].to_numpy(float), persons["lat"].to_numpy(float)
    pictures: dict[AnyTile, NDArray[np.uint8]] = {}

    async def shade_at(tile: AnyTile, lon: float, lat: float) -> int:
        if tile not in pictures:
            asked = {"layer": "persons", "bandwidth_m": BANDWIDTH_M, "maximum_km2": LAST_KM2}
            answer = await asking.get(path_of(tile), params=asked, headers=headers)
            assert answer.status_code == 200, answer.text
            *_, chunks = opened(answer.content)
            lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8)
            pictures[tile] = lines.reshape(256, 257)[:, 1:]
        return int(pictures[tile][pixel_of(tile, lon, lat)])

    def wanted_at(lon: float, lat: float) -> float:
        """Return the shade by the distances of all persons, each where he lives."""
        *_, distance = GRS80.inv(np.full(lons.size, lon), np.full(lons.size, lat), lons, lats)
        heights = np.exp(-0.5 * (np.asarray(distance) / BANDWIDTH_M) ** 2)
        return float(heights.sum()) / (2 * np.pi * BANDWIDTH_M**2) * 1e6 / LAST_KM2 * 255

    places = np.column_stack([lons, lats])[:: lons.size // 60]
    wanted = [wanted_at(lon, lat) for lon, lat in places.tolist()]
    most = max(wanted)
    assert 20 < most < 250
    assert min(wanted) < most / 2
    for (lon, lat), near in zip(places.tolist(), wanted, strict=True):
        in_mercator = await shade_at(tile_at(lon, lat, 13), lon, lat)
        in_degrees = await shade_at(geodetic_tile_at(lon, lat, 12), lon, lat)
        assert in_mercator == pytest.approx(near, abs=0.08 * most + 1)
        assert in_degrees == pytest.approx(in_mercator, abs=0.03 * most + 1)
    for kind in (Tile, GeodeticTile):
        tile = max(
            (each for each in pictures if isinstance(each, kind)),
            key=lambda each: pictures[each].max(),
        )
        row, column = divmod(int(pictures[tile].argmax()), 256)
        assert wanted_at(*place_of(tile, row, column)) > 0.9 * most
