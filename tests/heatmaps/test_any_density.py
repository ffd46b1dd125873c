"""Pictures of any box are the kernel of the guide, summed over all hexagons by numpy and pyproj."""

import zlib
from dataclasses import dataclass
from typing import Any

import h3
import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.heatmaps.test_density import opened
from tests.heatmaps.test_heatmap import LAYERS, counted, things_of

GRS80 = Geod(ellps="GRS80")
TO_MAP = Transformer.from_crs(4490, 3857, always_xy=True)
TO_DEGREES = Transformer.from_crs(3857, 4490, always_xy=True)
ENDS_AT = np.exp(-8)
"""Of its height, what a kernel has at four bandwidths, where it may end."""
SHADES = 255
PIXELS_PER_BANDWIDTH = 0.75
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Picture:
    """Shades from the north, the edges, and what the last shade is to the square kilometre."""

    shades: Floats
    box: tuple[float, float, float, float]
    maximum_km2: float
    resolution: int

    def pixels(self) -> tuple[Floats, Floats]:
        """Return the middles of the columns and of the rows, evenly spaced on the map."""
        (west, east), (south, north) = TO_MAP.transform(self.box[::2], self.box[1::2])
        rows, columns = self.shades.shape
        x = np.linspace(west, east, 2 * columns + 1)[1::2]
        y = np.linspace(north, south, 2 * rows + 1)[1::2]
        lon, _ = TO_DEGREES.transform(x, np.full(columns, y[0]))
        _, lat = TO_DEGREES.transform(np.full(rows, x[0]), y)
        return np.asarray(lon), np.asarray(lat)


def picture_of(answer: httpx.Response) -> Picture:
    assert answer.status_code == 200, answer.text
    width, height, chunks = opened(answer.content)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8)
    box = tuple(map(float, answer.headers["x-density-bbox"].split(",")))
    assert len(box) == 4
    return Picture(
        lines.reshape(height, width + 1)[:, 1:].astype(np.float64),
        box,
        float(answer.headers["x-density-maximum-km2"]),
        int(answer.headers["x-density-resolution"]),
    )


def per_degree_m(lat: Floats) -> tuple[Floats, Floats]:
    """Measure a little of the parallel and of the meridian at each latitude."""
    step, lon = 1e-4, np.zeros(lat.size)
    across = GRS80.inv(lon, lat, lon + step, lat)[2]
    along = GRS80.inv(lon, lat - step / 2, lon, lat + step / 2)[2]
    return np.asarray(across) / step, np.asarray(along) / step


def summed_km2(
    counts: dict[str, int], bandwidth_m: float, lon: Floats, lat: Floats, pixel_deg: float
) -> tuple[Floats, float]:
    """Sum the kernels of all hexagons at each pixel; return the sum of their heights, too."""
    places = np.array([h3.cell_to_latlng(cell)[::-1] for cell in counts]).reshape(-1, 2)
    across_m, along_m = per_degree_m(places[:, 1])
    sigma = np.maximum(bandwidth_m, PIXELS_PER_BANDWIDTH * pixel_deg * across_m)
    heights = np.array(list(counts.values())) / (2 * np.pi * sigma**2) * 1e6
    x = (lon[None, :, None] - places[:, 0]) * across_m
    y = (lat[:, None, None] - places[:, 1]) * along_m
    summed = (heights * np.exp(-(x**2 + y**2) / (2 * sigma**2))).sum(axis=2)
    return summed, float(heights.sum())


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**32 - 1),
    layer=st.sampled_from(LAYERS),
    bandwidth_m=st.floats(50, 2500),
    size_px=st.integers(16, 40),
)
async def test_a_picture_is_the_sum_of_all_kernels(
    client: httpx.AsyncClient,
    world: World,
    seed: int,
    layer: str,
    bandwidth_m: float,
    size_px: int,
) -> None:
    random = np.random.default_rng(seed)
    west, south = random.uniform((WEST - SIDE / 4, SOUTH - SIDE / 4), (WEST + SIDE, SOUTH + SIDE))
    wide, high = SIDE * random.uniform(0.05, 1.5, 2)
    asked: dict[str, Any] = {
        "layer": layer,
        "bbox": ",".join(
            map(repr, (float(west), float(south), float(west + wide), float(south + high)))
        ),
        "bandwidth_m": bandwidth_m,
        "size_px": size_px,
    }
    picture = picture_of(await client.get("/heatmap/density.png", params=asked))
    assert max(picture.shades.shape) == size_px
    assert picture.box == pytest.approx((west, south, west + wide, south + high))
    lon, lat = picture.pixels()
    pixel_deg = wide / lon.size
    # Hexagons beyond the box reach into it, too.
    counts = counted(things_of(world, layer), picture.resolution)
    wanted, heights = summed_km2(counts, bandwidth_m, lon, lat, pixel_deg)
    edge_m = h3.average_hexagon_edge_length(picture.resolution, unit="m")
    wider_m = max(bandwidth_m, PIXELS_PER_BANDWIDTH * pixel_deg * 111_320)
    assert picture.resolution == 12 or edge_m <= wider_m / 2
    assert picture.maximum_km2 == pytest.approx(wanted.max(), rel=1e-5, abs=ENDS_AT * heights)
    if picture.maximum_km2 == 0:
        assert not picture.shades.any()
        return
    told = picture.shades / SHADES * picture.maximum_km2
    off = np.abs(told - np.minimum(wanted, picture.maximum_km2))
    assert off.max() <= 0.51 / SHADES * picture.maximum_km2 + ENDS_AT * heights
