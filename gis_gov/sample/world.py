"""All of a sample that is made before its rows: ground, roads, areas, buildings, doors."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.sample.areas import Areas, make_areas
from gis_gov.sample.blocks import Blocks, Lines, cut_blocks
from gis_gov.sample.buildings import Buildings, raise_buildings
from gis_gov.sample.doors import Doors, number_doors
from gis_gov.sample.figures import Figures
from gis_gov.sample.land import Land, make_land
from gis_gov.sample.mesh import Mesh, make_mesh
from gis_gov.sample.plots import corners, lay_plots
from gis_gov.sample.roads import Junctions, Roads, find_junctions, make_roads
from gis_gov.sample.terrain import Terrain, make_terrain
from gis_gov.sample.yards import name_yards

Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class World:
    """One sample's world."""

    figures: Figures
    seed: int
    terrain: Terrain
    blocks: Blocks
    lines: Lines
    mesh: Mesh
    areas: Areas
    roads: Roads
    junctions: Junctions
    land: Land
    buildings: Buildings
    doors: Doors
    yard_names: list[str]
    building_community: Ints

    def street_buildings(self, street: int) -> Ints:
        """List the buildings of a street: a run of whole communities."""
        edges = np.searchsorted(
            self.areas.community.parent[self.building_community], [street, street + 1]
        )
        return np.arange(*edges)

    def footprints(self, which: Ints) -> Geometries:
        """Make the footprints of some buildings, EPSG:4490."""
        corner = corners(self.buildings.plots.only(which))
        degrees = self.terrain.degrees(corner.reshape(-1, 2)).reshape(corner.shape)
        return np.asarray(shapely.polygons(degrees))


def make_world(figures: Figures, seed: int) -> World:
    """Make the world of a sample."""
    terrain = make_terrain(figures, seed)
    blocks, lines = cut_blocks(terrain, figures.grids * figures.blocks_per_grid, seed)
    mesh = make_mesh(blocks, lines, terrain)
    areas = make_areas(figures, blocks, mesh, seed)
    roads = make_roads(lines, terrain, seed)
    land = make_land(figures, blocks, mesh, areas, seed)
    plots = lay_plots(blocks, mesh, land, roads, terrain, seed)
    buildings = raise_buildings(figures, plots, land, areas, seed)
    doors = number_doors(blocks, buildings, roads, seed)
    return World(
        figures=figures,
        seed=seed,
        terrain=terrain,
        blocks=blocks,
        lines=lines,
        mesh=mesh,
        areas=areas,
        roads=roads,
        junctions=find_junctions(mesh, roads),
        land=land,
        buildings=buildings,
        doors=doors,
        yard_names=name_yards(doors, land, areas, seed),
        building_community=areas.grid.parent[buildings.grid],
    )
