"""Camera rows: at junctions, at gates, and a few lookouts high up."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.codes import device_ids
from gis_gov.sample.columns import digits, fixed_text, joined, words
from gis_gov.sample.land import Use
from gis_gov.sample.places import assign_grids, resource_table
from gis_gov.sample.roads import HALF_WIDTH_M
from gis_gov.sample.streams import stream
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CLASSES = ("高清", "结构化", "微卡口", "人脸", "高空瞭望")
_VIEW = ((70, 95), (55, 80), (28, 42), (32, 50), (360, 360))
_RANGE_M = ((80, 150), (60, 110), (30, 60), (18, 35), (1500, 3000))
_OWNERS = ("公安", "街道", "交通", "城管", "教育", "卫健", "物业", "企业")
_ARM_PULL = np.array([0.5, 1.6, 3.6, 8.0])
_WAYS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_LOOKOUT_SHARE, _GATE_SHARE = 0.004, 0.22
_LOOKOUT = 4
_OFF_RIM_M = 14.0
"""Cameras of coast roads stand on the landward side."""


def camera_rows(world: World) -> pa.Table:
    """Make the camera rows of a sample."""
    rng = stream(world.seed, "cameras")
    total = world.figures.cameras
    lookouts = max(1, round(_LOOKOUT_SHARE * total))
    gates = min(round(_GATE_SHARE * total), world.doors.yards)
    parts = [
        _at_junctions(world, total - lookouts - gates, rng),
        _at_gates(world, gates, rng),
        _lookouts(world, lookouts, rng),
    ]
    plane = np.concatenate([part[0] for part in parts])
    azimuth = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([part[2] for part in parts])
    owner = np.concatenate([part[3] for part in parts])
    title = pa.concat_arrays([part[4] for part in parts])
    low, high = np.array(_VIEW, float)[kind].T
    view = np.round(low + (high - low) * rng.random(total))
    low, high = np.array(_RANGE_M, float)[kind].T
    reach = np.round(low + (high - low) * rng.random(total))
    lonlat = world.terrain.degrees(plane)
    county = assign_grids(world, lonlat, world.areas.grid_county)
    county_code = np.array([int(code[:6]) for code in world.areas.county.code])[county]
    device = device_ids(county_code, np.arange(1, total + 1))
    code = np.hstack(
        [digits(county_code, 6), digits(np.full(total, 131), 3), digits(np.arange(1, total + 1), 6)]
    )
    return resource_table(
        code=fixed_text(code),
        kind="camera",
        name=title,
        lonlat=lonlat,
        columns={
            "class": words(_CLASSES, kind),
            "owner": words(_OWNERS, owner),
            "azimuth_deg": np.round(azimuth) % 360,
            "field_of_view_deg": view,
            "range_m": reach,
            "gb28181_id": device,
            "stream_url": joined("rtsp://video.invalid/", device),
        },
    )


_Part = tuple[Floats, Floats, Ints, Ints, pa.Array]


def _at_junctions(world: World, number: int, rng: np.random.Generator) -> _Part:
    """Look along the arms of junctions, rather the wide and the lively ones."""
    j, mesh = world.junctions, world.mesh
    arm_junction = np.repeat(np.arange(len(j.node)), j.arms)
    rank = world.roads.rank[j.arm_line]
    crowd = world.terrain.density(mesh.plan[j.node])[arm_junction]
    pull = np.log(_ARM_PULL[rank] * _ARM_PULL[j.rank[arm_junction]] * crowd)
    arm = np.sort(np.argsort(-(pull + rng.gumbel(size=len(rank))))[:number])
    node = arm_junction[arm]
    bearing = j.arm_bearing[arm]
    aside = np.radians(bearing + 90)
    corner = mesh.plane[j.node[node]]
    side = np.column_stack([np.sin(aside), np.cos(aside)])
    side *= np.where((side * corner).sum(axis=1) > 0, -1.0, 1.0)[:, None]
    plane = corner + side * (HALF_WIDTH_M[rank[arm]] * 0.9)[:, None]
    on_rim = np.isin(j.node, mesh.edge[mesh.edge_line < 4])[node]
    plane[on_rim] -= corner[on_rim] / np.hypot(*corner[on_rim].T)[:, None] * _OFF_RIM_M
    kind = rng.choice(4, size=number, p=(0.56, 0.22, 0.17, 0.05))
    owner = rng.choice(4, size=number, p=(0.56, 0.18, 0.16, 0.10))
    low = np.minimum.reduceat(j.arm_line, j.arm_start[:-1])[node]
    high = np.maximum.reduceat(j.arm_line, j.arm_start[:-1])[node]
    way = np.floor((bearing + 22.5) / 45).astype(np.int64) % 8
    name = joined(
        words(world.roads.name, low),
        "与",
        words(world.roads.name, high),
        "路口",
        words(_WAYS, way),
        "向",
    )
    return plane, bearing + rng.normal(0, 4, number), kind, owner, name


def _at_gates(world: World, number: int, rng: np.random.Generator) -> _Part:
    """Look at gates of yards from inside the block."""
    doors = world.doors
    gate = np.sort(rng.permutation(doors.yards)[:number])
    use = world.land.use[doors.block[gate]]
    plane = world.terrain.plane(doors.plan[gate])
    middle = world.terrain.plane(
        world.blocks.box[doors.block[gate]].reshape(-1, 2, 2).mean(axis=1) / 10
    )
    out = plane - middle
    azimuth = np.degrees(np.arctan2(out[:, 0], out[:, 1])) % 360
    kind = rng.choice(4, size=number, p=(0.3, 0.15, 0.15, 0.4))
    owner = np.select(
        [
            use == Use.SCHOOL,
            use == Use.HOSPITAL,
            np.isin(use, (Use.WORKS, Use.OFFICES, Use.DORMITORY)),
        ],
        [4, 5, 7],
        np.where(rng.random(number) < 0.7, 6, 1),
    )
    return plane, azimuth, kind, owner, joined(words(world.yard_names, gate), "门口")


def _lookouts(world: World, number: int, rng: np.random.Generator) -> _Part:
    """Stand on the tallest buildings."""
    b = world.buildings
    site = np.argsort(-(b.height_m + rng.uniform(0, 40, len(b))))[:number]
    kind = np.full(number, _LOOKOUT)
    name = joined(
        words(world.roads.name, world.doors.line[world.doors.building_door[site]]), "高空瞭望"
    )
    return b.plots.plane[site], np.zeros(number), kind, np.zeros(number, dtype=np.int64), name
