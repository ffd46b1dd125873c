"""What somebody may be told of hexagons; every form of a heat map is made of this alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from psycopg import AsyncConnection

from gis_gov.counting import fences
from gis_gov.counting.cell_queries import Counts, count_by_cell
from gis_gov.counting.cells import gather, tell_cells
from gis_gov.counting.layers import UNTALLIED
from gis_gov.counting.question import Question
from gis_gov.counting.tables import COARSE_RESOLUTION
from gis_gov.counting.threshold import Threshold
from gis_gov.counting.whole_cell_queries import read_whole_cells
from gis_gov.geo.cell_ranges import around
from gis_gov.geo.cells import NO_CELL, cells_of, parents
from gis_gov.heatmaps.governed import within
from gis_gov.heatmaps.hexagons import Hexagons
from gis_gov.heatmaps.listed_queries import ListedSum, read_listed
from gis_gov.problems import InvalidRequest


class TooManyCells(InvalidRequest):
    """The heat map would have more hexagons than are answered at once."""

    slug, title, status = "too-many-cells", "Too many hexagons", 400

    def __init__(self, limit: int, resolution: int) -> None:
        super().__init__(
            f"more than {limit} hexagons at resolution {resolution};"
            " ask for a lower one, or for a smaller bbox"
        )


async def read_fitting(
    conn: AsyncConnection[Any],
    asked: Question,
    threshold: Threshold,
    coarsest: int,
    *,
    whole: bool = False,
) -> Hexagons:
    """Read the cells at the resolution asked for, or at the finest one at which they are not many.

    A bbox cuts cells for those who may read what lies in them, or takes each `whole`.

    Raises:
        TooManyCells: they are too many even at the coarsest that may be.

    """
    for resolution in range(asked.resolution, coarsest - 1, -1):
        read = read_whole if whole else read_told
        told = await read(conn, replace(asked, resolution=resolution), threshold)
        if told is not None:
            return told
    raise TooManyCells(asked.limit, coarsest)


async def read_whole(
    conn: AsyncConnection[Any], asked: Question, threshold: Threshold
) -> Hexagons | None:
    """Read the cells that have their centre in the bbox, each whole; None for more than `limit`."""
    if asked.bbox is None:
        return await read_told(conn, asked, threshold)
    # All coarse counts are read sooner than the fine ones of a box.
    from_coarse = asked.resolution <= COARSE_RESOLUTION and _is_kept(asked) and _counts_parts(asked)
    wider = None if from_coarse else around(asked.bbox, asked.resolution)
    told = await read_told(conn, replace(asked, bbox=wider, limit=2 * asked.limit), threshold)
    if told is None:
        return None
    cells = np.array(list(told.counts), dtype=np.int64)
    inside = await asyncio.to_thread(within, asked.bbox, cells)
    kept = cells[inside].tolist()
    counts = {cell: told.counts[cell] for cell in kept}
    return replace(told, counts=counts) if len(kept) <= asked.limit else None


async def read_told(
    conn: AsyncConnection[Any], asked: Question, threshold: Threshold
) -> Hexagons | None:
    """Read the cells as who asks may be told them; None for more than `limit`."""
    actor, layer = asked.actor, asked.layer
    if asked.is_of_listed:
        listed = await read_listed(conn, asked)
        told = None if listed is None else await asyncio.to_thread(_gather_listed, listed, asked)
    elif _counts_parts(asked):
        counts = await count_by_cell(conn, asked)
        told = None
        if counts is not None:
            cells = await asyncio.to_thread(gather, counts, asked.resolution)
            told = Hexagons(asked.resolution, cells)
    else:
        sums = await read_whole_cells(conn, asked)
        told = None
        if sums is not None:
            cells = await asyncio.to_thread(tell_cells, sums, layer, asked.bbox, threshold)
            k = None if fences.counts_exactly(actor, layer) else threshold.k
            told = Hexagons(asked.resolution, cells, k=k)
    return None if told is None or len(told.counts) > asked.limit else told


def told_of(counts: Counts, asked: Question) -> Hexagons:
    """Tell counts of things that who asks may read one by one.

    Raises:
        TooManyCells: they are more than `limit`.

    """
    cells = gather(counts, asked.resolution)
    if len(cells) > asked.limit:
        raise TooManyCells(asked.limit, asked.resolution)
    return Hexagons(asked.resolution, cells)


def _is_kept(asked: Question) -> bool:
    """Say whether there are kept counts of what is asked for."""
    return not (asked.is_timed or asked.is_of_listed or asked.layer in UNTALLIED)


def _counts_parts(asked: Question) -> bool:
    """Say whether who asks may count parts of cells: he may read each thing in them."""
    actor, layer = asked.actor, asked.layer
    if not _is_kept(asked):
        return True
    return fences.counts_exactly(actor, layer) and fences.reads_things(actor, layer)


def _gather_listed(sums: Sequence[ListedSum], asked: Question) -> Hexagons:
    """Add up by cell, what has none yet included."""
    cells = np.array([each.cell or NO_CELL for each in sums], dtype=np.int64)
    places = [(each.lon, each.lat) for each in sums]
    lon, lat = np.array(places, dtype=np.float64).reshape(-1, 2).T
    placeless = cells == NO_CELL
    cells[placeless] = parents(cells_of(lon[placeless], lat[placeless]), asked.resolution)
    counts: dict[int, int | None] = {}
    weights: dict[int, float] = {}
    for cell, each in sorted(zip(cells.tolist(), sums, strict=True), key=lambda pair: pair[0]):
        if cell != NO_CELL:
            counts[cell] = (counts.get(cell) or 0) + each.count
            weights[cell] = weights.get(cell, 0.0) + each.weight
    return Hexagons(asked.resolution, counts, None if asked.weight is None else weights)
