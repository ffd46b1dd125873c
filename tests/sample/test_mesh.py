"""The mesh tiles exactly: shared edges are bit-identical, and parts make up the whole."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from gis_gov.sample import FIGURES, Figures, SampleSize
from gis_gov.sample.areas import make_areas
from gis_gov.sample.blocks import cut_blocks
from gis_gov.sample.mesh import make_mesh
from gis_gov.sample.terrain import make_terrain
from gis_gov.sample.world import World
from tests.sample.made import MIDDLING, Sample

BAND = (300, 500)


def shape_of(polygons: pd.Series) -> bytes:
    """Give the union of a coverage in a form that is the same for the same vertices."""
    union = shapely.coverage_union_all(np.asarray(polygons))
    return shapely.to_wkb(shapely.normalize(union))


def same(polygon: shapely.Geometry) -> bytes:
    return shapely.to_wkb(shapely.normalize(polygon))


@pytest.fixture
def areas(sample: Sample) -> gpd.GeoDataFrame:
    return sample.shapes("areas").set_index("code", drop=False)


@pytest.fixture
def grids(sample: Sample) -> gpd.GeoDataFrame:
    return sample.shapes("grids").set_index("code", drop=False)


def test_each_level_is_a_valid_coverage(areas: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> None:
    layers = [areas[areas.level == level] for level in ("district", "street", "community")]
    for layer in [*layers, grids[grids.layer == "base"]]:
        polygons = layer.geometry.to_numpy()
        assert len(polygons)
        assert shapely.is_valid(polygons).all()
        assert shapely.coverage_is_valid(polygons)


def test_children_make_up_their_parent_to_the_last_bit(
    areas: gpd.GeoDataFrame, grids: gpd.GeoDataFrame
) -> None:
    base = grids[grids.layer == "base"]
    for parent, children in base.groupby("area_code"):
        assert areas.level[parent] == "community"
        assert shape_of(children.geometry) == same(areas.geometry[parent])
    for level in ("community", "street", "district"):
        for parent, children in areas[areas.level == level].groupby("parent_code"):
            if areas.geometry[parent] is not None:
                assert shape_of(children.geometry) == same(areas.geometry[parent])


@pytest.mark.parametrize("layer", ["second", "micro"])
def test_finer_layers_tile_their_base_grid(grids: gpd.GeoDataFrame, layer: str) -> None:
    finer = grids[grids.layer == layer]
    assert len(finer) >= 8
    for parent, children in finer.groupby("parent_code"):
        assert grids.layer[parent] == "base"
        assert shapely.coverage_is_valid(children.geometry.to_numpy())
        assert shape_of(children.geometry) == same(grids.geometry[parent])
        assert children.households.sum() == grids.households[parent]
        assert children.population.sum() == grids.population[parent]
        assert set(children.area_code) == {grids.area_code[parent]}


def test_exclusive_grids_lie_over_the_base_layer_inside_one_community(
    areas: gpd.GeoDataFrame, grids: gpd.GeoDataFrame
) -> None:
    exclusive = grids[grids.layer == "exclusive"]
    assert 3 <= len(exclusive) < (grids.layer == "base").sum()
    assert exclusive.parent_code.isna().all()
    for _, grid in exclusive.iterrows():
        assert shapely.covers(areas.geometry[grid.area_code], grid.geometry)


def test_coordinates_are_snapped(areas: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> None:
    for layer in (areas[~areas.geometry.isna()], grids):
        coordinates = shapely.get_coordinates(layer.geometry.to_numpy())
        assert np.array_equal(coordinates, np.round(coordinates, 8))


def test_rings_turn_as_geojson_asks(grids: gpd.GeoDataFrame) -> None:
    assert shapely.is_ccw(shapely.get_exterior_ring(grids.geometry.to_numpy())).all()


def test_households_lie_within_the_bands(grids: gpd.GeoDataFrame) -> None:
    base, second = grids[grids.layer == "base"], grids[grids.layer == "second"]
    assert base.households.between(*BAND).all()
    assert base.households.nunique() > 10
    assert second.households.between(150, 200).all()


def test_the_area_is_as_asked(sample: Sample, grids: gpd.GeoDataFrame) -> None:
    metres = grids[grids.layer == "base"].geometry.to_crs(4550)
    assert metres.area.sum() / 1e6 == pytest.approx(sample.figures.area_km2, rel=0.005)


def folded(numbers: NDArray[np.float64]) -> float:
    """Measure how regular headings are: 1 when all roads run in two directions at right angles."""
    return float(np.abs(np.mean(np.exp(4j * numbers))))


def test_streets_are_no_chequerboard(middling_world: World) -> None:
    mesh = middling_world.mesh
    way = mesh.plane[mesh.edge[:, 1]] - mesh.plane[mesh.edge[:, 0]]
    assert folded(np.arctan2(way[:, 1], way[:, 0])) < 0.9
    size = middling_world.land.area_m2[~middling_world.blocks.water]
    assert size.std() / size.mean() > 0.4
    assert (middling_world.junctions.arms == 3).mean() > 0.9
    river = middling_world.mesh.plane_polygon[middling_world.blocks.water]
    assert len(river) >= 3
    whole = shapely.coverage_union_all(middling_world.mesh.plane_polygon)
    assert shapely.get_num_geometries(shapely.difference(whole, shapely.union_all(river))) >= 2


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize(
    "figures", [FIGURES[SampleSize.SMALL], MIDDLING], ids=["small", "middling"]
)
def test_any_seed_tiles(figures: Figures, seed: int) -> None:
    terrain = make_terrain(figures, seed)
    blocks, lines = cut_blocks(terrain, figures.grids * figures.blocks_per_grid, seed)
    mesh = make_mesh(blocks, lines, terrain)
    assert shapely.is_valid(mesh.polygon).all()
    assert shapely.coverage_is_valid(mesh.polygon)
    areas = make_areas(figures, blocks, mesh, seed)
    expected = (figures.streets, figures.communities, figures.grids)
    assert (len(areas.street), len(areas.community), len(areas.grid)) == expected
    for level in (areas.grid, areas.community, areas.street, areas.county):
        assert (shapely.get_type_id(level.polygon) == shapely.GeometryType.POLYGON).all()
        assert shapely.coverage_is_valid(level.polygon)


@pytest.mark.parametrize(("size", "seed"), [("district", 3), ("city", 0)])
def test_a_coast_does_not_fold_where_the_bending_would(size: SampleSize, seed: int) -> None:
    figures = FIGURES[SampleSize(size)]
    terrain = make_terrain(figures, seed)
    blocks, lines = cut_blocks(terrain, figures.grids * figures.blocks_per_grid, seed)
    mesh = make_mesh(blocks, lines, terrain)
    assert shapely.is_valid(mesh.polygon).all()
    assert shapely.coverage_is_valid(mesh.polygon)


def test_other_figures_are_followed() -> None:
    figures = replace(FIGURES[SampleSize.SMALL], grids=31, communities=4, area_km2=4.0)
    terrain = make_terrain(figures, 3)
    blocks, lines = cut_blocks(terrain, figures.grids * figures.blocks_per_grid, 3)
    areas = make_areas(figures, blocks, make_mesh(blocks, lines, terrain), 3)
    assert len(areas.grid) == 31
    assert len(pd.unique(areas.grid.parent)) == 4
