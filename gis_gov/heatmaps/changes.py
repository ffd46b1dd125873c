"""What has changed in each hexagon between two periods."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from gis_gov.counting.question import Question
from gis_gov.counting.threshold import Threshold
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.cells import to_hex
from gis_gov.heatmaps.figures import Figures
from gis_gov.heatmaps.hexagons import WEIGHT_DIGITS, Hexagons
from gis_gov.heatmaps.told import TooManyCells, read_told, read_whole
from gis_gov.interval import Interval

RATIO_DIGITS: Final = 4
_COUNTED: Final = ("count", "before", "difference", "ratio")
_WEIGHED: Final = ("weight", "weight_before", "weight_difference", "weight_ratio")


async def read_changes(
    conn: AsyncConnection[Any],
    asked_at: Callable[[int], Question],
    before: Interval,
    threshold: Threshold,
    resolutions: Sequence[int],
    *,
    whole: bool = False,
) -> Figures:
    """Compare at the finest of the resolutions at which they are not too many hexagons.

    A bbox cuts hexagons, or takes each `whole`.

    Raises:
        TooManyCells: they are too many even at the coarsest.

    """
    read, limit = read_whole if whole else read_told, 0
    for resolution in resolutions:
        asked = asked_at(resolution)
        limit = asked.limit
        async with snapshot(conn):  # both as of one moment
            earlier = await read(conn, replace(asked, interval=before), threshold)
            later = earlier and await read(conn, asked, threshold)
        if earlier is not None and later is not None:
            figures = await asyncio.to_thread(compared, earlier, later)
            if len(figures.rows) <= limit:
                return figures
    raise TooManyCells(limit, resolutions[-1])


def compared(before: Hexagons, after: Hexagons) -> Figures:
    """Tell of each cell that has anything in either period both counts and what they make.

    The ratio is the later count to the earlier one, None where that is 0. Of what was weighed the
    sums are told likewise.
    """
    cells = sorted({*before.counts, *after.counts})
    columns: dict[str, list[Any]] = {"cell": to_hex(cells)}
    counts = [
        np.array([told.counts.get(cell) or 0 for cell in cells], dtype=np.int64)
        for told in (after, before)
    ]
    columns |= dict(zip(_COUNTED, _pair(*counts), strict=True))
    names = _COUNTED
    if after.weights is not None and before.weights is not None:
        sums = [
            np.array([weights.get(cell, 0.0) for cell in cells], dtype=np.float64)
            for weights in (after.weights, before.weights)
        ]
        columns |= dict(zip(_WEIGHED, _pair(*sums), strict=True))
        names += _WEIGHED
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return Figures({"resolution": after.resolution}, names, rows)


def _pair(later: NDArray[Any], earlier: NDArray[Any]) -> list[list[Any]]:
    """Return both, their difference and their ratio."""
    was, now = earlier.round(WEIGHT_DIGITS), later.round(WEIGHT_DIGITS)
    ratios = [
        round(one / other, RATIO_DIGITS) if other else None
        for one, other in zip(now.tolist(), was.tolist(), strict=True)
    ]
    return [now.tolist(), was.tolist(), (now - was).round(WEIGHT_DIGITS).tolist(), ratios]
