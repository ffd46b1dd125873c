"""Roads: every line of the plan gets a class and a name; lanes are numbered along their road."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.blocks import EAST, NORTH, SOUTH, WEST, Lines
from gis_gov.sample.groups import counts, ranks
from gis_gov.sample.mesh import Mesh
from gis_gov.sample.streams import stream
from gis_gov.sample.terrain import Terrain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class RoadClass(IntEnum):
    """Classes of roads, the widest last."""

    LANE = 0
    STREET = 1
    ROAD = 2
    AVENUE = 3


_ENDING = {RoadClass.STREET: "街", RoadClass.ROAD: "路", RoadClass.AVENUE: "大道"}
_LONG_M = {RoadClass.STREET: 380.0, RoadClass.ROAD: 900.0, RoadClass.AVENUE: 5200.0}
HALF_WIDTH_M = np.array([4.0, 7.0, 11.0, 18.0])
"""Half the width of each class, kerb to kerb."""
_RIM = {WEST: "滨海西路", SOUTH: "滨海南路", EAST: "滨海东路", NORTH: "滨海北路"}


@dataclass(frozen=True)
class Roads:
    """Name and class of each line of the plan."""

    name: list[str]
    rank: Ints
    length_m: Floats


def make_roads(lines: Lines, terrain: Terrain, seed: int) -> Roads:
    """Name the roads; rims run along the coast, banks along their river, bridges across it."""
    length = lines.length_m
    rank = np.zeros(len(lines), dtype=np.int64)
    for road_class, long_m in _LONG_M.items():
        rank[length >= long_m] = road_class
    special = np.zeros(len(lines), dtype=np.bool_)
    special[:4] = True
    special |= (lines.bank >= 0) | (lines.bridge >= 0)
    rank[special] = RoadClass.ROAD
    title = [""] * len(lines)
    _name_special(title, lines, terrain)
    named = np.flatnonzero(~special & (rank > RoadClass.LANE))
    stems = names.road_names(len(named), stream(seed, "roads"))
    for line, stem in zip(named.tolist(), stems, strict=True):
        title[line] = stem + _ENDING[RoadClass(rank[line])]
    _name_lanes(title, lines, (rank == RoadClass.LANE) & ~special)
    return Roads(title, rank, length)


def _name_special(title: list[str], lines: Lines, terrain: Terrain) -> None:
    for line, name in _RIM.items():
        title[line] = name
    for index, river in enumerate(terrain.rivers):
        banks = np.flatnonzero(lines.bank == index)
        ways = "西东" if river.axis == 0 else "南北"
        for line, way in zip(banks.tolist(), ways, strict=True):
            title[line] = f"{river.name}{way}路"
        bridges = np.flatnonzero(lines.bridge == index)
        for number, line in enumerate(bridges[np.argsort(lines.at[bridges])].tolist(), 1):
            title[line] = f"{river.name}{names.numeral(number)}桥"


def _name_lanes(title: list[str], lines: Lines, lane: Flags) -> None:
    """Name each lane after the road from which it branches, with its number along that road."""
    length, ends = lines.length_m, lines.ends
    longer = np.where(length[ends[:, 0]] >= length[ends[:, 1]], ends[:, 0], ends[:, 1])
    trunk = np.arange(len(lines))
    bridge = lines.bridge >= 0
    while True:
        more = (lane | bridge)[trunk]
        if not more.any():
            break
        trunk[more] = longer[trunk[more]]
    members = np.flatnonzero(lane)
    across = lines.axis[trunk[members]] == lines.axis[members]
    along = np.where(across, lines.start[members], lines.at[members])
    order = members[np.lexsort((members, along, trunk[members]))]
    for line, number in zip(order.tolist(), (ranks(trunk[order]) + 1).tolist(), strict=True):
        title[line] = f"{title[trunk[line]]}{names.numeral(number)}巷"


@dataclass(frozen=True)
class Junctions:
    """Nodes where roads meet, with the arms that leave them."""

    node: Ints
    arms: Ints
    """Number of arms of each junction."""
    rank: Ints
    """The widest class that meets there."""
    arm_start: Ints
    """(junctions + 1) where each junction's arms start in `arm_*`."""
    arm_bearing: Floats
    """Bearing of each arm, degrees clockwise from north."""
    arm_line: Ints


def find_junctions(mesh: Mesh, roads: Roads) -> Junctions:
    """Find the nodes with three or more arms."""
    node = np.concatenate([mesh.edge[:, 0], mesh.edge[:, 1]])
    other = np.concatenate([mesh.edge[:, 1], mesh.edge[:, 0]])
    line = np.concatenate([mesh.edge_line, mesh.edge_line])
    degree = counts(node, len(mesh.plan))
    kept = degree[node] >= 3
    node, other, line = node[kept], other[kept], line[kept]
    order = np.lexsort((other, node))
    node, other, line = node[order], other[order], line[order]
    way = mesh.plane[other] - mesh.plane[node]
    junction, first = np.unique(node, return_index=True)
    start = np.append(first, len(node))
    return Junctions(
        junction,
        np.diff(start),
        np.maximum.reduceat(roads.rank[line], first),
        start,
        np.degrees(np.arctan2(way[:, 0], way[:, 1])) % 360,
        line,
    )
