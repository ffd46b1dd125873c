"""What is asked of each contender: the same questions, about the same places."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.rows import dict_row

from gis_gov.access.filters import extent_parameters
from gis_gov.access.reach import EVERYWHERE
from gis_gov.bench.contenders import EMPTY, PEER, SQL
from gis_gov.bench.counted_questions import heat_maps, statistics
from gis_gov.bench.subject import Subject
from gis_gov.bench.tile_questions import tiles
from gis_gov.bench.wanted import Want
from gis_gov.db.run import sql_file

PLACES = 200
NEARBY_M = 2000
PAGE = 1000
EMPTY_PATH = "/healthz"
_KEPT_IN_MEMORY = "camera,centre,poi"


def read_counts(conn: psycopg.Connection[Any]) -> dict[str, int]:
    """Return how many things of each kind the database holds."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql_file(__package__, "counts")).fetchall()[0]


def read_places(conn: psycopg.Connection[Any]) -> list[tuple[float, float]]:
    """Return up to PLACES points (EPSG:4490) where something is, the same each time."""
    asked = {"places": PLACES, **extent_parameters(EVERYWHERE)}
    return conn.execute(sql_file(__package__, "places"), asked).fetchall()


def read_events(conn: psycopg.Connection[Any]) -> list[tuple[str, int]]:
    """Return the codes and ids of up to PLACES events that have a place, the same each time."""
    return conn.execute(sql_file(__package__, "event_codes"), {"number": PLACES}).fetchall()


def make_subjects(
    places: Sequence[tuple[float, float]], events: Sequence[tuple[str, int]]
) -> list[Subject]:
    """Make the questions about the places and the events."""
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
            ours=[
                f"/nearby?{urlencode(point)}&radius={NEARBY_M}&on_shift=false" for point in points
            ],
        ),
        Subject(
            "nearby: 2 km around an event, and who answers for it",
            ours=[f"/events/{quote(code, safe='')}/nearby?radius={NEARBY_M}" for code, _ in events],
            query=sql_file(__package__, "nearby_event") if events else None,
            parameters=[{"event": number} for _, number in events],  # pgbench knows numbers only
        ),
        *_items_of(places),
        *heat_maps(places),
        *statistics(),
        *tiles(places),
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


def _items(table: str, lon: float, lat: float, half: float, limit: int) -> str:
    columns = "code,name"
    box = _box(lon, lat, half)
    return f"/collections/public.{table}/items?bbox={box}&limit={limit}&properties={columns}"


def _box(lon: float, lat: float, half: float) -> str:
    return ",".join(f"{value:.7f}" for value in (lon - half, lat - half, lon + half, lat + half))
