"""Borders of grids and areas in the tiles that are served: one line, with no gap and no overlap.

The district is a wall of bricks with slanted joints: each row is a community of four corners, each
brick a grid. None has the corners of its neighbours on its straight edges, nor a community those of
its grids, as digitised meshes are. Tiles of all zooms up to 13 join them, once they are loaded.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from gis_gov.app import create_app
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.vertices import unshared_vertices
from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.sealed import SEALER
from tests.signed_in import client_of, every_right
from tests.tiles.test_coverage import tiles_around

WEST, SOUTH, SIDE = 113.3, 22.9, 0.1
STREET = "440199001000"
VISIBLE = shapely.box(0, 0, 4096, 4096)
ZOOMS = range(8, 14)
"""Up to 12 outlines are kept; grids come at 10."""


class Wall(NamedTuple):
    """A street, its communities by code, and their grids, each with the code of its community."""

    street: shapely.Polygon
    communities: dict[str, shapely.Polygon]
    grids: dict[str, tuple[str, shapely.Polygon]]


def wall(seed: int) -> Wall:
    """Build one: no brick is narrower than the grid to which tiles round."""
    random = np.random.default_rng(seed)
    rows = int(random.integers(2, 5))
    heights = np.arange(rows + 1)[:, None] + random.uniform(-0.2, 0.2, (rows + 1, 2))
    joints = SOUTH + heights * SIDE / rows

    def on_joint(row: int, x: float) -> tuple[float, float]:
        start, end = joints[row]
        return round(WEST + x * SIDE, 8), round(start + x * (end - start), 8)

    def between(row: int, below: Sequence[float], above: Sequence[float]) -> shapely.Polygon:
        return shapely.Polygon(
            [on_joint(row, x) for x in below] + [on_joint(row + 1, x) for x in reversed(above)]
        )

    made = Wall(
        shapely.Polygon([on_joint(0, 0), on_joint(0, 1), on_joint(rows, 1), on_joint(rows, 0)]),
        {f"44019900100{row + 1}": between(row, (0, 1), (0, 1)) for row in range(rows)},
        {},
    )
    for row, community in enumerate(made.communities):
        bricks = int(random.integers(2, 6))
        inner = (
            np.arange(1, bricks)[:, None] + random.uniform(-0.2, 0.2, (bricks - 1, 2))
        ) / bricks
        cuts = [(0.0, 0.0), *inner.tolist(), (1.0, 1.0)]
        for n, ((left, left_above), (right, right_above)) in enumerate(pairwise(cuts)):
            brick = between(row, (left, right), (left_above, right_above))
            made.grids[f"{community}{101 + n}"] = community, brick
    return made


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        yield made


def write(folder: Path, rows: Sequence[tuple[dict[str, str], shapely.Polygon]]) -> Path:
    path = folder / "rows.geojson"
    features = [
        {"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(shape)}
        for told, shape in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def load_rows(
    url: str, folder: Path, kind: str, rows: Sequence[tuple[dict[str, str], shapely.Polygon]]
) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        path = write(folder, rows)
        report = load(kind, [path], LoadOptions.told(crs="EPSG:4490"), conn, SEALER)
    assert report.balanced
    assert not report.rejected, report.reasons


def areas_of(built: Wall) -> list[tuple[dict[str, str], shapely.Polygon]]:
    street = {"code": STREET, "name": "街道", "level": "street"}
    return [(street, built.street)] + [
        ({"code": code, "name": "社区", "level": "community"}, shape)
        for code, shape in built.communities.items()
    ]


def load_grids(url: str, folder: Path, built: Wall, *, apart: bool) -> None:
    """Load all grids at once, or those of each community by a file of its own."""
    rows = {
        code: ({"code": code, "area_code": community}, shape)
        for code, (community, shape) in built.grids.items()
    }
    if not apart:
        load_rows(url, folder, "grids", list(rows.values()))
        return
    for community in built.communities:
        load_rows(
            url, folder, "grids", [row for row in rows.values() if row[0]["area_code"] == community]
        )


async def faces(
    client: httpx.AsyncClient, layer: str, tile: AnyTile
) -> dict[str, dict[str, shapely.Geometry]]:
    """Return what a tile draws of a layer: by level or area, then by code."""
    path = f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"
    if tile.matrix_set == "CGCS2000Quad":
        path = f"/tiles/CGCS2000Quad/{tile.z}/{tile.y}/{tile.x}?collections={layer}"
    answer = await client.get(path)
    assert answer.status_code in {200, 204}, answer.text
    found: dict[str, dict[str, shapely.Geometry]] = {}
    told = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    for each in told.get(layer, {"features": []})["features"]:
        properties = each["properties"]
        key = properties["level" if layer == "areas" else "area_code"]
        shape = shapely.geometry.shape(each["geometry"])
        found.setdefault(key, {})[properties["code"]] = shape
    return found


def check_joined(shapes: Sequence[shapely.Geometry], where: Any) -> shapely.Geometry:
    """Check that neighbours meet along one line, and return them as one."""
    assert shapely.coverage_is_valid(shapes, gap_width=8), where
    together = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(together.area, abs=1e-6), where
    assert not shapely.get_num_interior_rings(shapely.get_parts(together)).any(), where
    return together


def check_same(one: shapely.Geometry, other: shapely.Geometry, where: Any) -> None:
    differs = shapely.symmetric_difference(one, other).intersection(VISIBLE)
    assert differs.area < 1e-6, where


async def check_tiles(url: str, built: Wall, zooms: Iterable[int], *, street: bool) -> int:
    """Hold the tiles of all zooms against each other; count the grids that were drawn."""
    app = create_app(Settings(tile_memory_mb=0).with_database(url))
    corners = [*built.communities.values(), *(shape for _, shape in built.grids.values())]
    seen = 0
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(url)) as client,
    ):
        for tile in (each for zoom in zooms for each in tiles_around(zoom, corners)):
            areas = await faces(client, "areas", tile)
            communities = areas["community"]
            together = check_joined(list(communities.values()), tile)
            if street:
                check_same(areas["street"][STREET], together, tile)
            grids = await faces(client, "grids", tile)
            if not grids:
                assert tile.mercator_tiles()[0].z < 10
                continue
            check_joined([shape for each in grids.values() for shape in each.values()], tile)
            for code, own in grids.items():
                check_same(communities[code], shapely.union_all(list(own.values())), (tile, code))
                seen += len(own)
    return seen


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=1,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(seed=st.integers(0, 10_000), apart=st.booleans())
@example(seed=1, apart=True)
@example(seed=2, apart=False)
def test_neighbours_that_lack_each_others_corners_are_joined(
    url: str, tmp_path: Path, seed: int, apart: bool
) -> None:
    built = wall(seed)
    shapes = np.array([shape for _, shape in built.grids.values()])
    assert list(unshared_vertices(list(built.grids), shapes))
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("truncate grid, area cascade")
    load_rows(url, tmp_path, "areas", areas_of(built))
    load_grids(url, tmp_path, built, apart=apart)
    assert asyncio.run(check_tiles(url, built, (10, 12, 13), street=False)) > len(built.grids)
    # The street takes the corners of what lies in it when it is loaded anew.
    load_rows(url, tmp_path, "areas", areas_of(built))
    asyncio.run(check_tiles(url, built, ZOOMS, street=True))
