"""House rows of buildings."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.addresses import Gazetteer
from gis_gov.sample.columns import joined, number_text, pick, words
from gis_gov.sample.land import Use
from gis_gov.sample.world import World

Ints = NDArray[np.int64]

_USAGE = {
    Use.TOWER: "住宅",
    Use.SLAB: "住宅",
    Use.OLD_TOWN: "商住",
    Use.VILLAGE: "自建房",
    Use.DORMITORY: "宿舍",
    Use.SHOPS: "商业",
    Use.OFFICES: "办公",
    Use.WORKS: "工业",
    Use.SCHOOL: "教育",
    Use.HOSPITAL: "医疗",
    Use.MARKET: "市场",
}


def building_house_rows(world: World, gazetteer: Gazetteer, which: Ints) -> pa.Table:
    """Make the house rows of some buildings; their names are what people call them."""
    b, doors = world.buildings, world.doors
    code = pick(gazetteer.building_code, which)
    door, number = doors.building_door[which], doors.building_number[which]
    in_yard = number > 0
    yard = words(world.yard_names, np.where(in_yard, door, 0))
    both = pa.concat_arrays(
        [pick(gazetteer.door_road, door), joined(yard, number_text(number), "幢")]
    )
    row = np.arange(len(which))
    footprint_m2 = b.plots.length_m[which] * b.plots.depth_m[which]
    usage = [_USAGE.get(Use(use), "") for use in range(len(Use))]
    return pa.table(
        {
            "code": code,
            "name": both.take(pa.array(np.where(in_yard, row + len(row), row))),
            "kind": words(["building"], np.zeros(len(which), dtype=np.int64)),
            "parent_code": pa.nulls(len(which), pa.string()),
            "address_code": code,
            "usage": words(usage, b.use[which]),
            "floors": pa.array(b.floors[which], pa.int16()),
            "height_m": b.height_m[which],
            "area_m2": np.round(footprint_m2 * b.floors[which], 1),
        }
    )
