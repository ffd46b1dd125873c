"""Centres and points of interest, and what all resource rows share."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.sample.columns import digits, fixed_text, joined, pick, words
from gis_gov.sample.firms import brand_names, sited
from gis_gov.sample.land import Use
from gis_gov.sample.roads import HALF_WIDTH_M
from gis_gov.sample.streams import stream
from gis_gov.sample.trades import OUTDOOR_PLACES, PLACE_KINDS, YARD_PLACES
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TEXT = ("class", "owner", "gb28181_id", "stream_url", "address_code")
_NUMBERS = ("azimuth_deg", "field_of_view_deg", "range_m")
_ORDER = ("class", "owner", *_NUMBERS, "gb28181_id", "stream_url", "address_code")
_CENTRE, _POI = 215, 301
_OUTDOOR_SHARE = 0.16


def resource_table(
    *, code: pa.Array, kind: str, name: pa.Array, lonlat: Floats, columns: Mapping[str, object]
) -> pa.Table:
    """Make resource rows; columns that a kind does not have are null."""
    number = len(code)
    rest = {
        key: columns.get(key, pa.nulls(number, pa.string() if key in _TEXT else pa.float64()))
        for key in _ORDER
    }
    head = {"code": code, "kind": pa.array([kind] * number, pa.string()), "name": name}
    return pa.table({**head, **rest, "lon": lonlat[:, 0], "lat": lonlat[:, 1]})


def assign_grids(world: World, lonlat: Floats, upper: Ints) -> Ints:
    """Find `upper` (a figure of each grid) at points: the grid of the block that covers them."""
    tree = shapely.STRtree(world.mesh.polygon)
    point, block = tree.query(shapely.points(lonlat), predicate="intersects")
    found = np.full(len(lonlat), len(upper), dtype=np.int64)
    np.minimum.at(found, point, world.areas.block_grid[block])
    lost = found == len(upper)
    if lost.any():
        found[lost] = world.areas.block_grid[tree.nearest(shapely.points(lonlat[lost]))]
    return upper[found]


def centre_rows(world: World, building_code: pa.Array) -> pa.Table:
    """Make the centres' rows: one each for the city, the counties, streets and communities."""
    areas = world.areas
    street_first = np.searchsorted(areas.community.parent, np.arange(len(areas.street)))
    county_first = street_first[np.searchsorted(areas.street.parent, np.arange(len(areas.county)))]
    row: list[tuple[str, str, int]] = []
    if world.figures.city_centre:
        row.append((f"{world.figures.city_name}社会治理中心", "市", 0))
    if world.figures.district_centres:
        row += _centres(areas.county.name, "社会治理中心", "县区", county_first)
    row += _centres(areas.street.name, "综治中心", "镇街", street_first)
    row += _centres(areas.community.name, "综治工作站", "村社区", np.arange(len(areas.community)))
    title, level, community = (list(column) for column in zip(*row, strict=True))
    site = _public_buildings(world, np.array(community))
    return resource_table(
        code=_codes(world, world.areas.grid_county[world.buildings.grid[site]], _CENTRE),
        kind="centre",
        name=pa.array(title),
        lonlat=world.terrain.degrees(world.buildings.plots.plane[site]),
        columns={
            "class": pa.array(level),
            "owner": pa.array(["政法"] * len(title)),
            "address_code": pick(building_code, site),
        },
    )


def _centres(
    areas: list[str], ending: str, level: str, community: Ints
) -> list[tuple[str, str, int]]:
    return [(a + ending, level, at) for a, at in zip(areas, community.tolist(), strict=True)]


def _public_buildings(world: World, community: Ints) -> Ints:
    """Choose a building for each centre, another one each time: offices or shops if there are."""
    rank = np.array([5] * len(Use))
    rank[[Use.OFFICES, Use.SHOPS, Use.SLAB, Use.OLD_TOWN]] = (0, 1, 2, 3)
    community_numbers = np.arange(len(world.areas.community) + 1)
    edges = np.searchsorted(world.building_community, community_numbers).tolist()
    taken: dict[int, int] = {}
    site = []
    for number in community.tolist():
        mine = np.arange(edges[number], edges[number + 1])
        mine = mine[np.argsort(rank[world.buildings.use[mine]], kind="stable")]
        at = taken.get(number, 0)
        taken[number] = at + 1
        site.append(int(mine[min(at, len(mine) - 1)]))
    return np.array(site)


def _codes(world: World, county: Ints, kind: int) -> pa.Array:
    code = np.array([int(code[:6]) for code in world.areas.county.code])[county]
    number = np.arange(1, len(county) + 1)
    return fixed_text(
        np.hstack([digits(code, 6), digits(np.full(len(code), kind), 3), digits(number, 6)])
    )


def poi_rows(world: World, yard_code: pa.Array, building_code: pa.Array) -> pa.Table:
    """Make the POIs' rows: yards with a public name, places along roads, shops and the like."""
    rng = stream(world.seed, "places")
    use = world.land.use[world.doors.block[: world.doors.yards]]
    yard = np.flatnonzero(np.isin(use, list(YARD_PLACES)))
    yard = np.sort(rng.permutation(yard)[: world.figures.pois // 4])
    outdoor = round(world.figures.pois * _OUTDOOR_SHARE)
    indoor = world.figures.pois - outdoor - len(yard)
    parts = [
        _yards(world, yard, yard_code),
        _outdoors(world, outdoor, rng),
        _indoors(world, indoor, building_code, rng),
    ]
    lonlat = np.concatenate([part[0] for part in parts])
    name, kind, address = (pa.concat_arrays([part[i] for part in parts]) for i in (1, 2, 3))
    county = assign_grids(world, lonlat, world.areas.grid_county)
    return resource_table(
        code=_codes(world, county, _POI),
        kind="poi",
        name=name,
        lonlat=lonlat,
        columns={"class": kind, "address_code": address},
    )


_Part = tuple[Floats, pa.Array, pa.Array, pa.Array]


def _yards(world: World, yard: Ints, yard_code: pa.Array) -> _Part:
    use = world.land.use[world.doors.block[yard]]
    kind = pa.array([YARD_PLACES[Use(u)] for u in use.tolist()], pa.string())
    lonlat = world.terrain.degrees(world.terrain.plane(world.doors.plan[yard]))
    return lonlat, words(world.yard_names, yard), kind, pick(yard_code, yard)


def _outdoors(world: World, number: int, rng: np.random.Generator) -> _Part:
    """Put bus stops, toilets, car parks and litter points at the kerb of named roads."""
    mesh = world.mesh
    rank = world.roads.rank[mesh.edge_line]
    pull = mesh.edge_length_m * np.array([0.15, 1.0, 2.0, 3.0])[rank]
    pull = pull * (mesh.beside[:, 1] >= 0) * ~world.blocks.water[mesh.beside[:, 1]]
    edge = rng.choice(len(rank), size=number, p=pull / pull.sum())
    share = np.array([row[2] for row in OUTDOOR_PLACES])
    what = rng.choice(len(OUTDOOR_PLACES), size=number, p=share)
    start, stop = mesh.plane[mesh.edge[edge]].transpose(1, 0, 2)
    way = (stop - start) / mesh.edge_length_m[edge, None]
    upright = (world.lines.axis[mesh.edge_line[edge]] == 0)[:, None]
    aside = np.where(
        upright, np.column_stack([way[:, 1], -way[:, 0]]), np.column_stack([-way[:, 1], way[:, 0]])
    )
    point = start + (stop - start) * rng.uniform(0.2, 0.8, (number, 1))
    point += aside * (HALF_WIDTH_M[rank[edge]] + 1)[:, None]
    name = joined(
        words(world.roads.name, mesh.edge_line[edge]),
        words([row[1] for row in OUTDOOR_PLACES], what),
    )
    kind = words([row[0] for row in OUTDOOR_PLACES], what)
    return world.terrain.degrees(point), name, kind, pa.nulls(number, pa.string())


def _indoors(world: World, number: int, building_code: pa.Array, rng: np.random.Generator) -> _Part:
    share = np.array([kind.share for kind in PLACE_KINDS])
    kind = rng.choice(len(PLACE_KINDS), size=number, p=share / share.sum())
    site = sited(world, tuple(row.uses for row in PLACE_KINDS), kind, rng)
    order = np.lexsort((kind, site))
    kind, site = kind[order], site[order]
    brands = brand_names()
    draw = rng.integers(1 << 30, size=number).tolist()
    what = [
        PLACE_KINDS[k].words[d % len(PLACE_KINDS[k].words)]
        for k, d in zip(kind.tolist(), draw, strict=True)
    ]
    name = joined(words(brands, rng.integers(len(brands), size=number)), pa.array(what))
    plots = world.buildings.plots
    shift = rng.uniform(-0.4, 0.4, number) * plots.length_m[site]
    way = np.column_stack([np.cos(plots.heading[site]), np.sin(plots.heading[site])])
    lonlat = world.terrain.degrees(plots.plane[site] + way * shift[:, None])
    return lonlat, name, words([row.name for row in PLACE_KINDS], kind), pick(building_code, site)
