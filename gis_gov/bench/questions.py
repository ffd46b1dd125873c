"""What is asked of each contender: the same questions, about the same places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from typing import Any, LiteralString
from urllib.parse import urlencode

import psycopg
from psycopg.rows import dict_row

from gis_gov.access.filters import extent_parameters
from gis_gov.access.reach import EVERYWHERE
from gis_gov.bench.contenders import EMPTY, PEER, SQL
from gis_gov.bench.wanted import Want
from gis_gov.days import end_of, start_of
from gis_gov.db.run import sql_file
from gis_gov.geo.tile import tile_at

PLACES = 200
TILE_ZOOMS = range(10, 17)
"""The zooms of the tiles in turn, as somebody looks at the district and goes to a place."""
RESOLUTION = 8
NEARBY_M = 2000
PAGE = 1000
EMPTY_PATH = "/healthz"
_KEPT_IN_MEMORY = "camera,centre,poi"
_SIX_MEASURES = (
    "/statistics?level=grid&measures=persons,houses,enterprises,events,cameras,households"
)
# Thirty days that the invented districts have events of.
FIRST_DAY, LAST_DAY = date(2025, 6, 1), date(2025, 6, 30)
DENSITY_ZOOM = 13


@dataclass(frozen=True, slots=True)
class Subject:
    """One question in many forms: paths of our server and of the peer, and bare SQL.

    A contender that cannot be asked has no path or no query. With `revalidates`, our server is
    asked with the ETag of its first answer; with `anew`, the one that keeps no answers is asked.
    What is `by_empty` is measured against the rate of empty answers, too. `wants` is what the
    figures have to be.
    """

    name: str
    ours: Sequence[str] = ()
    peer: Sequence[str] = ()
    query: LiteralString | None = None
    parameters: Sequence[Mapping[str, object]] = field(default=({},))
    revalidates: bool = False
    anew: bool = False
    by_empty: bool = False
    wants: Sequence[Want] = ()


def read_counts(conn: psycopg.Connection[Any]) -> dict[str, int]:
    """Return how many things of each kind the database holds."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql_file(__package__, "counts")).fetchall()[0]


def read_places(conn: psycopg.Connection[Any]) -> list[tuple[float, float]]:
    """Return up to PLACES points (EPSG:4490) where something is, the same each time."""
    asked = {"places": PLACES, **extent_parameters(EVERYWHERE)}
    return conn.execute(sql_file(__package__, "places"), asked).fetchall()


def make_subjects(places: Sequence[tuple[float, float]]) -> list[Subject]:
    """Make the questions about the places."""
    points = [{"lon": lon, "lat": lat} for lon, lat in places]
    return [
        Subject("empty answer", ours=[EMPTY_PATH], peer=[EMPTY_PATH], query="select 1"),
        Subject(
            "locate: the grid of a point",
            ours=[f"/locate?{urlencode(point)}" for point in points],
            peer=[_items("grid", lon, lat, 0, 1) for lon, lat in places],
            query=sql_file(__package__, "locate"),
            parameters=points,
            by_empty=True,
            wants=[Want("rate", 0.6, EMPTY)],
        ),
        Subject(
            "nearby: 2 km, nearest 50 of all resources, counts by ring",
            ours=[
                f"/nearby?{urlencode(point)}&radius={NEARBY_M}&kinds={_KEPT_IN_MEMORY}"
                for point in points
            ],
            peer=[_items("resource", lon, lat, NEARBY_M / 100_000, 50) for lon, lat in places],
            query=sql_file(__package__, "nearby"),
            parameters=points,
            wants=[Want("rate", 6, SQL), Want("rate", 10, PEER)],
        ),
        Subject(
            "nearby: 2 km, with workers where they were last",
            ours=[f"/nearby?{urlencode(point)}&radius={NEARBY_M}" for point in points],
        ),
        *_items_of(places),
        *_heat_maps(places),
        Subject(
            "statistics: persons, events by street, made",
            ours=["/statistics?level=street&measures=persons,events"],
            query=sql_file(__package__, "statistics"),
            anew=True,
        ),
        Subject(
            "statistics: six measures by grid, made",
            ours=[_SIX_MEASURES],
            query=sql_file(__package__, "statistics_by_grid"),
            anew=True,
            wants=[Want("p95", 300)],
        ),
        Subject("statistics: six measures by grid, kept", ours=[_SIX_MEASURES]),
        *_tiles(places),
    ]


def _heat_maps(places: Sequence[tuple[float, float]]) -> list[Subject]:
    return [
        Subject(
            f"heatmap: all persons, resolution {RESOLUTION}, made",
            ours=[f"/heatmap?layer=persons&resolution={RESOLUTION}&f=json"],
            query=sql_file(__package__, "heatmap"),
            parameters=[{"resolution": RESOLUTION}],
            anew=True,
            wants=[Want("p95", 100)],
        ),
        Subject(
            f"heatmap: all persons, resolution {RESOLUTION}, kept",
            ours=[f"/heatmap?layer=persons&resolution={RESOLUTION}&f=json"],
        ),
        Subject(
            f"heatmap: events of 30 days, resolution {RESOLUTION}, made",
            ours=[
                f"/heatmap?layer=events&resolution={RESOLUTION}&datetime={FIRST_DAY}/{LAST_DAY}&f=json"
            ],
            query=sql_file(__package__, "heatmap_events"),
            parameters=[
                {
                    "resolution": RESOLUTION,
                    "since": start_of(FIRST_DAY),
                    "until": end_of(LAST_DAY),
                }
            ],
            anew=True,
            wants=[Want("p95", 300)],
        ),
        Subject(
            f"heatmap: density of persons, tile at zoom {DENSITY_ZOOM}",
            ours=[
                f"/heatmap/density/{tile.z}/{tile.x}/{tile.y}.png?layer=persons&maximum_km2=20000"
                for tile in (tile_at(lon, lat, DENSITY_ZOOM) for lon, lat in places)
            ],
        ),
    ]


def _items_of(places: Sequence[tuple[float, float]]) -> list[Subject]:
    boxes = [_box(lon, lat, 0.05) for lon, lat in places]
    return [
        Subject(
            f"items: {PAGE:,} addresses in 10 km x 10 km",
            ours=[f"/collections/addresses/items?bbox={box}&limit={PAGE}" for box in boxes],
            peer=[
                f"/collections/public.address/items?bbox={box}&limit={PAGE}"
                "&properties=code,full_text,level"
                for box in boxes
            ],
            wants=[Want("rate", 3, PEER)],
        )
    ]


def _tiles(places: Sequence[tuple[float, float]]) -> list[Subject]:
    tiles = [
        tile_at(lon, lat, zoom) for (lon, lat), zoom in zip(places, cycle(TILE_ZOOMS), strict=False)
    ]
    zooms = f"zoom {TILE_ZOOMS.start} to {TILE_ZOOMS.stop - 1}"
    numbers = [f"{tile.z}/{tile.x}/{tile.y}" for tile in tiles]
    parameters = [{"z": tile.z, "x": tile.x, "y": tile.y} for tile in tiles]
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
            f"tile: addresses, {zooms}, built",
            ours=[f"/tiles/addresses/{number}.mvt" for number in numbers],
            query="select tile_addresses(%(z)s, %(x)s, %(y)s)",
            parameters=parameters,
            anew=True,
            wants=[Want("time", 1.2, SQL)],
        ),
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


def _items(table: str, lon: float, lat: float, half: float, limit: int) -> str:
    columns = "code,name"
    box = _box(lon, lat, half)
    return f"/collections/public.{table}/items?bbox={box}&limit={limit}&properties={columns}"


def _box(lon: float, lat: float, half: float) -> str:
    return ",".join(f"{value:.7f}" for value in (lon - half, lat - half, lon + half, lat + half))
