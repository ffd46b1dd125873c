"""Standard addresses of yards, buildings and dwellings, with their element path.

Element types are those of GA/T 2000.32: 11 province, 12 city, 13 county, 22 town, 23 street, 31
community, 33 village, 41 road, 43 yard by its door number, 50 building, 61 entrance, 62 room. The
elements' names joined are the full text.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.columns import digits, fixed_text, joined, number_text, only_where, pick, words
from gis_gov.sample.dwellings import Dwellings
from gis_gov.sample.groups import ranks
from gis_gov.sample.land import Use
from gis_gov.sample.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_YARD_LEVEL, _BUILDING_LEVEL, _ROOM_LEVEL = 43, 50, 62
_FIRST_YARD = 90_001
_ESTATES = (Use.TOWER, Use.SLAB, Use.DORMITORY)


@dataclass(frozen=True)
class Gazetteer:
    """Codes and texts of all yards and buildings."""

    yard_code: pa.Array
    building_code: pa.Array
    building_digits: NDArray[np.uint8]
    """Building codes as ASCII (n, 17)."""
    door_text: pa.Array
    """Full text of each door: a yard, or a single house."""
    door_road: pa.Array
    """Road and number of each door, as people say it: 霁安路12号."""
    building_text: pa.Array
    door_elements: pa.Array
    """Elements as JSON, the list still open at its end."""
    building_elements: pa.Array


def make_gazetteer(world: World) -> Gazetteer:
    """Write the codes and texts of yards and buildings."""
    doors, areas = world.doors, world.areas
    community = areas.block_community[doors.block]
    text, elements = _community_prefixes(world)
    road, number = words(world.roads.name, doors.line), number_text(doors.number)
    kind = np.where(np.arange(len(doors)) < doors.yards, 0, 1)
    door_road = joined(road, number, "号")
    door_text = joined(pick(text, community), door_road)
    door_elements = joined(
        pick(elements, community),
        ',{"type":"41","name":"',
        road,
        words(['"},{"type":"43","name":"', '"},{"type":"50","name":"'], kind),
        number,
        '号"}',
    )
    in_yard = np.where(buildings_in_yard(world), 1, 0)
    place = joined(number_text(doors.building_number), "幢")
    building_text = joined(pick(door_text, doors.building_door), _where(in_yard, place))
    building_elements = joined(
        pick(door_elements, doors.building_door),
        _where(in_yard, joined(',{"type":"50","name":"', place, '"}')),
    )
    code = np.array(areas.community.code, dtype=np.int64)
    building = _coded(code[world.building_community], world.building_community, 1)
    yard_community = community[: doors.yards]
    return Gazetteer(
        yard_code=fixed_text(_coded(code[yard_community], yard_community, _FIRST_YARD)),
        building_code=fixed_text(building),
        building_digits=building,
        door_text=door_text,
        door_road=door_road,
        building_text=building_text,
        door_elements=door_elements,
        building_elements=building_elements,
    )


def buildings_in_yard(world: World) -> NDArray[np.bool_]:
    """Tell which buildings stand in a yard and have no door number of their own."""
    return world.doors.building_number > 0


def _where(wanted: Ints, column: pa.Array) -> pa.Array:
    """Keep text where wanted is 1, nothing elsewhere."""
    empty = pa.array([""]).take(pa.array(np.zeros(len(wanted), dtype=np.int64)))
    both = pa.concat_arrays([empty, column])
    row = np.arange(len(wanted))
    return both.take(pa.array(np.where(wanted == 1, row + len(wanted), row)))


def _coded(code: Ints, community: Ints, first: int) -> NDArray[np.uint8]:
    """Give things numbers inside their community: 12 + 5 digits."""
    return np.hstack([digits(code, 12), digits(ranks(community) + first, 5)])


def _community_prefixes(world: World) -> tuple[pa.Array, pa.Array]:
    areas, texts, elements = world.areas, [], []
    for at, community in enumerate(areas.community.name):
        street = int(areas.community.parent[at])
        street_name = areas.street.name[street]
        path = (
            ("11", names.PROVINCE),
            ("12", world.figures.city_name),
            ("13", areas.county.name[int(areas.street.parent[street])]),
            ("22" if street_name.endswith("镇") else "23", street_name),
            ("33" if community.endswith("村") else "31", community),
        )
        texts.append("".join(name for _, name in path))
        parts = (f'{{"type":"{kind}","name":"{name}"}}' for kind, name in path)
        elements.append("[" + ",".join(parts))
    return pa.array(texts), pa.array(elements)


def _points(world: World, plan: Floats) -> tuple[Floats, Floats]:
    lon, lat = world.terrain.degrees(world.terrain.plane(plan)).T
    return lon, lat


def yard_rows(world: World, gazetteer: Gazetteer, which: Ints) -> pa.Table:
    """Make the address rows of some yards."""
    lon, lat = _points(world, world.doors.plan[which])
    return pa.table(
        {
            "code": pick(gazetteer.yard_code, which),
            "full_text": pick(gazetteer.door_text, which),
            "level": pa.array(np.full(len(which), _YARD_LEVEL), pa.int16()),
            "elements": joined(pick(gazetteer.door_elements, which), "]"),
            "aliases": words(world.yard_names, which),
            "lon": lon,
            "lat": lat,
        }
    )


def building_rows(world: World, gazetteer: Gazetteer, which: Ints) -> pa.Table:
    """Make the address rows of some buildings; those of estates also go by the estate's name."""
    doors, buildings = world.doors, world.buildings
    lon, lat = world.terrain.degrees(buildings.plots.plane[which]).T
    known = np.where(np.isin(buildings.use[which], _ESTATES), 1, 0)
    yard = np.where(known == 1, doors.building_door[which], 0)
    alias = joined(words(world.yard_names, yard), number_text(doors.building_number[which]), "幢")
    return pa.table(
        {
            "code": pick(gazetteer.building_code, which),
            "full_text": pick(gazetteer.building_text, which),
            "level": pa.array(np.full(len(which), _BUILDING_LEVEL), pa.int16()),
            "elements": joined(pick(gazetteer.building_elements, which), "]"),
            "aliases": only_where(known == 1, alias),
            "lon": lon,
            "lat": lat,
        }
    )


def room_rows(world: World, gazetteer: Gazetteer, homes: Dwellings) -> pa.Table:
    """Make the address rows of the dwellings that have one of their own."""
    which = np.flatnonzero(world.buildings.named_rooms[homes.building])
    building = homes.building[which]
    entrance = np.where(homes.entrance[which] > 0, 1, 0)
    unit = joined(number_text(homes.entrance[which]), "单元")
    room = joined(number_text(homes.room[which]), "室")
    lon, lat = homes.points(world)
    return pa.table(
        {
            "code": pick(homes.code, which),
            "full_text": joined(
                pick(gazetteer.building_text, building), _where(entrance, unit), room
            ),
            "level": pa.array(np.full(len(which), _ROOM_LEVEL), pa.int16()),
            "elements": joined(
                pick(gazetteer.building_elements, building),
                _where(entrance, joined(',{"type":"61","name":"', unit, '"}')),
                ',{"type":"62","name":"',
                room,
                '"}]',
            ),
            "aliases": pa.nulls(len(which), pa.string()),
            "lon": lon[which],
            "lat": lat[which],
        }
    )
