"""Dwellings of a street's buildings: entrance, floor, room, and who holds them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.columns import digits, fixed_text, joined, number_text, pick, words
from gis_gov.sample.groups import counting, ranks
from gis_gov.sample.land import Use
from gis_gov.sample.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_WITH_ENTRANCES = (Use.TOWER, Use.SLAB)
_AREA_M2 = {
    Use.TOWER: (62, 138),
    Use.SLAB: (48, 118),
    Use.OLD_TOWN: (34, 92),
    Use.VILLAGE: (28, 80),
    Use.DORMITORY: (24, 36),
}
OWNED, LET, WAITING, EMPTY, SHARED = range(5)
_USAGE = ("自住", "出租", "待入住", "空置", "宿舍")


@dataclass(frozen=True)
class Dwellings:
    """Dwellings in the order of their buildings."""

    building: Ints
    entrance: Ints
    """Number of the entrance as written in the address; 0 where it has none."""
    room: Ints
    """Room number: floor and two digits."""
    shift: Floats
    """(n, 2) where along and across its building it lies, -0.5 to 0.5 of length and depth."""
    code: pa.Array
    usage: Ints
    area_m2: Floats
    lived_in: Ints
    """Positions of the dwellings in which a household lives now."""

    def __len__(self) -> int:
        return len(self.building)

    def points(self, world: World) -> tuple[Floats, Floats]:
        """Place each dwelling inside its building: longitude and latitude."""
        plots = world.buildings.plots
        heading = plots.heading[self.building]
        cos, sin = np.cos(heading), np.sin(heading)
        along = self.shift[:, 0] * plots.length_m[self.building]
        across = self.shift[:, 1] * plots.depth_m[self.building]
        off = np.column_stack([along * cos - across * sin, along * sin + across * cos])
        lon, lat = world.terrain.degrees(plots.plane[self.building] + off).T
        return lon, lat


def list_dwellings(
    world: World, building_digits: NDArray[np.uint8], which: Ints, rng: np.random.Generator
) -> Dwellings:
    """List the dwellings of some buildings, floor by floor."""
    b = world.buildings
    count = b.dwellings[which]
    building = np.repeat(which, count)
    number = counting(count)
    floor_size = (b.entrances * b.per_floor)[building]
    floor = number // floor_size + b.first_floor[building]
    entrance = number % floor_size // b.per_floor[building]
    on_floor = number % b.per_floor[building]
    room = floor * 100 + on_floor + 1
    part = (entrance + (on_floor + 0.5) / b.per_floor[building]) / b.entrances[building]
    shift = np.column_stack([(part - 0.5) * 0.9, np.where(on_floor % 2 == 0, -0.25, 0.25)])
    shown = np.where(np.isin(b.use[building], _WITH_ENTRANCES), entrance + 1, 0)
    code = np.hstack([building_digits[building], digits(shown, 2), digits(room, 4)])
    low, high = np.array([_AREA_M2.get(Use(u), (0, 0)) for u in range(len(Use))])[b.use[building]].T
    usage, lived_in = _held(world, building, rng)
    return Dwellings(
        building=building,
        entrance=shown,
        room=room,
        shift=shift,
        code=fixed_text(code),
        usage=usage,
        area_m2=np.round(low + (high - low) * rng.beta(1.6, 2.2, len(building)), 1),
        lived_in=lived_in,
    )


def _held(world: World, building: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Choose which dwellings are registered, and which of these are lived in."""
    b = world.buildings
    order = np.lexsort((rng.random(len(building)), building))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = ranks(building)
    lived = place < b.homes[building]
    registered = place < b.households[building]
    let_share = np.array([0.22, 0.25, 0.45, 0.7] + [0.0] * (len(Use) - 4))[b.use[building]]
    held = np.where(rng.random(len(building)) < let_share, LET, OWNED)
    held = np.where(b.use[building] == Use.DORMITORY, SHARED, held)
    return np.where(lived, held, np.where(registered, WAITING, EMPTY)), np.flatnonzero(lived)


def dwelling_rows(world: World, building_code: pa.Array, homes: Dwellings) -> pa.Table:
    """Make the house rows of dwellings."""
    parent = pick(building_code, homes.building)
    named = world.buildings.named_rooms[homes.building]
    entrance = np.where(homes.entrance > 0, 1, 0)
    unit = joined(words(["", "单元"], entrance))
    number = joined(words(["", *map(str, range(1, 10))], homes.entrance))
    return pa.table(
        {
            "code": homes.code,
            "name": joined(number, unit, number_text(homes.room), "室"),
            "kind": words(["dwelling"], np.zeros(len(homes), dtype=np.int64)),
            "parent_code": parent,
            "address_code": address_codes(building_code, homes, named),
            "usage": words(_USAGE, homes.usage),
            "area_m2": homes.area_m2,
        }
    )


def address_codes(building_code: pa.Array, homes: Dwellings, named: Flags) -> pa.Array:
    """Give each dwelling's address: its own, or its building's where rooms have none."""
    row = np.arange(len(homes))
    both = pa.concat_arrays([homes.code, building_code])
    return both.take(pa.array(np.where(named, row, len(homes) + homes.building)))
