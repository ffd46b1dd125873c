"""What is asked about tiles: built, kept and unchanged; of one layer, of several, and of some."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Final
from urllib.parse import quote

from gis_gov.bench.contenders import EMPTY, PEER, SQL
from gis_gov.bench.subject import Subject
from gis_gov.bench.wanted import Want
from gis_gov.db.run import sql_file
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.tile import tile_at

TILE_ZOOMS: Final = range(10, 17)
"""The zooms of the tiles in turn, as somebody looks at the district and goes to a place."""
POINTS: Final = "events,pois,cameras,centres,workers"
"""What the map page asks for in one tile; `tiles/style.json`."""
SOME: Final = "state = 'closed'"


def tiles(places: Sequence[tuple[float, float]]) -> list[Subject]:
    """Make the questions about tiles."""
    asked = [
        tile_at(lon, lat, zoom) for (lon, lat), zoom in zip(places, cycle(TILE_ZOOMS), strict=False)
    ]
    zooms = f"zoom {TILE_ZOOMS.start} to {TILE_ZOOMS.stop - 1}"
    numbers = [f"{tile.z}/{tile.x}/{tile.y}" for tile in asked]
    parameters = [{"z": tile.z, "x": tile.x, "y": tile.y} for tile in asked]
    our_tiles = [f"/tiles/grids/{number}.mvt" for number in numbers]
    their_tiles = [
        f"/collections/public.grid/tiles/WebMercatorQuad/{number}?properties=code,name"
        for number in numbers
    ]
    return [
        Subject(
            f"tile: grids, {zooms}, built",
            ours=our_tiles,
            peer=their_tiles,
            query="select tile_grids(%(z)s, %(x)s, %(y)s)",
            parameters=parameters,
            anew=True,
            wants=[Want("time", 1.2, SQL)],
        ),
        Subject(
            f"tile: grids, {zooms}, built, beside SQL by hand",
            ours=our_tiles,
            query=sql_file(__package__, "tile"),
            parameters=parameters,
            anew=True,
            wants=[Want("time", 1.2, SQL)],
        ),
        Subject(
            f"tile: addresses, {zooms}, built",
            ours=[f"/tiles/addresses/{number}.mvt" for number in numbers],
            query="select tile_addresses(%(z)s, %(x)s, %(y)s)",
            parameters=parameters,
            anew=True,
            wants=[Want("time", 1.2, SQL)],
        ),
        *(_by_hand(layer, zooms, numbers, parameters) for layer in ("addresses", "persons")),
        *_of_the_map(zooms, numbers, parameters),
        _in_degrees(places),
        Subject(f"tile: grids, {zooms}, kept", ours=our_tiles, peer=their_tiles),
        Subject(
            f"tile: grids, {zooms}, unchanged (304)",
            ours=our_tiles,
            peer=their_tiles,
            revalidates=True,
            by_empty=True,
            wants=[Want("rate", 20, PEER), Want("rate", 0.6, EMPTY)],
        ),
    ]


def _by_hand(
    layer: str, zooms: str, numbers: Sequence[str], parameters: Sequence[Mapping[str, object]]
) -> Subject:
    """Make the question about a layer beside SQL that one would write, without our functions."""
    return Subject(
        f"tile: {layer}, {zooms}, built, beside SQL by hand",
        ours=[f"/tiles/{layer}/{number}.mvt" for number in numbers],
        query=sql_file(__package__, f"tile_{layer}"),
        parameters=parameters,
        anew=True,
        wants=[Want("time", 1.2, SQL)],
    )


def _of_the_map(
    zooms: str, numbers: Sequence[str], parameters: Sequence[Mapping[str, object]]
) -> list[Subject]:
    """Make the questions about several layers in a tile, and about some things of one."""
    return [
        Subject(
            f"tile: {POINTS}, {zooms}, built",
            ours=[f"/tiles/{POINTS}/{number}.mvt" for number in numbers],
            query=sql_file(__package__, "tile_of_points"),
            parameters=parameters,
            anew=True,
            wants=[Want("time", 1.2, SQL)],
        ),
        Subject(
            f"tile: closed events by a filter, {zooms}, built",
            ours=[f"/tiles/events/{number}.mvt?filter={quote(SOME)}" for number in numbers],
            anew=True,
        ),
    ]


def _in_degrees(places: Sequence[tuple[float, float]]) -> Subject:
    """Make the question about tiles of CGCS2000Quad, whose levels are as wide as the next zoom."""
    asked = [
        geodetic_tile_at(lon, lat, zoom - 1)
        for (lon, lat), zoom in zip(places, cycle(TILE_ZOOMS), strict=False)
    ]
    return Subject(
        f"tile: grids, CGCS2000Quad, level {TILE_ZOOMS.start - 1} to {TILE_ZOOMS.stop - 2}, built",
        ours=[
            f"/collections/grids/tiles/CGCS2000Quad/{each.z}/{each.y}/{each.x}" for each in asked
        ],
        query=sql_file(__package__, "tile_in_degrees"),
        parameters=[{"z": each.z, "x": each.x, "y": each.y} for each in asked],
        anew=True,
        wants=[Want("time", 1.2, SQL)],
    )
