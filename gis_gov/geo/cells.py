"""H3 cells as 64-bit integers: of points, their coarser parents, names and outlines.

Cells are stored at one fine resolution (12: about 307 m² a cell) as a signed bigint; H3 leaves the
sign bit free, so a cell is the same number signed and unsigned. Points are EPSG:4490 degrees.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np
import shapely
from h3.api import basic_int as h3
from numpy.typing import ArrayLike, NDArray

Cells = NDArray[np.int64]

FINE_RESOLUTION = 12
"""The resolution at which cells are stored."""
NO_CELL = 0
"""H3's null index: the cell of a point without a place."""

_RESOLUTION_SHIFT = 52
_RESOLUTION_BITS = 0xF << _RESOLUTION_SHIFT
_FINEST = 15
_BITS_PER_DIGIT = 3
_MANY = 100_000
"""From so many points on, to hash them is so much quicker than to sort them that it pays."""


class CellError(ValueError):
    """Text or a number that is no H3 cell, or a resolution that cannot be had."""


def cells_of(lon: ArrayLike, lat: ArrayLike, resolution: int = FINE_RESOLUTION) -> Cells:
    """Find the H3 cell of each point (degrees); NO_CELL for NaN and for what lies off the globe.

    Each distinct point is looked up once, since many addresses share a building's point. Raises
    CellError for a resolution outside 0 to 15.
    """
    _check_resolution(resolution)
    points = np.empty(np.shape(lon), dtype=np.complex128)
    points.real, points.imag = lon, lat
    # NaN fails both comparisons.
    placed = (np.abs(points.real) <= 180.0) & (np.abs(points.imag) <= 90.0)
    position, distinct = _distinct(points[placed])
    found = np.fromiter(
        map(h3.latlng_to_cell, distinct.imag.tolist(), distinct.real.tolist(), repeat(resolution)),
        dtype=np.int64,
        count=distinct.size,
    )
    cells = np.full(points.shape, NO_CELL, dtype=np.int64)
    cells[placed] = found[position]
    return cells


def _distinct(points: NDArray[np.complex128]) -> tuple[NDArray[np.intp], NDArray[np.complex128]]:
    """Return where each point stands among the distinct ones, and those."""
    if points.size < _MANY:
        distinct, position = np.unique(points, return_inverse=True)
        return position, distinct
    # Slow to import (0.2 to 1.5 s): a server that loads nothing does without it.
    import pandas as pd  # noqa: PLC0415

    return pd.factorize(points)


def parents(cells: ArrayLike, resolution: int) -> Cells:
    """Give each cell's parent at a coarser (or its own) resolution by bit arithmetic.

    NO_CELL stays NO_CELL. Raises CellError where a cell is coarser than the resolution asked for.
    Source: H3 index layout (resolution in bits 52 to 55, then base cell and 15 digits of 3 bits; an
    unused digit is 7).
    """
    _check_resolution(resolution)
    cells = np.asarray(cells, dtype=np.int64)
    given = cells != NO_CELL
    if np.any(resolutions(cells)[given] < resolution):
        raise CellError(f"a cell has no parent at the finer resolution {resolution}")
    unused_digits = (1 << _BITS_PER_DIGIT * (_FINEST - resolution)) - 1
    parent = (cells & ~_RESOLUTION_BITS) | (resolution << _RESOLUTION_SHIFT) | unused_digits
    return np.where(given, parent, NO_CELL)


def resolutions(cells: ArrayLike) -> NDArray[np.int64]:
    """Read the resolution (0 to 15) out of each cell."""
    return (np.asarray(cells, dtype=np.int64) & _RESOLUTION_BITS) >> _RESOLUTION_SHIFT


def spans(cells: ArrayLike, resolution: int) -> tuple[Cells, Cells]:
    """Give the least and the greatest number that a stored cell in each cell of a resolution has.

    Source: H3 index layout, as of `parents`.
    """
    unused_digits = (1 << _BITS_PER_DIGIT * (_FINEST - resolution)) - 1
    stored = np.asarray(cells, dtype=np.int64) & ~_RESOLUTION_BITS
    stored |= FINE_RESOLUTION << _RESOLUTION_SHIFT
    return stored & ~unused_digits, stored | unused_digits


def stored_cell(low_bits: int) -> int:
    """Return the stored cell with the 52 lower bits, which tell stored cells apart."""
    return 1 << 59 | FINE_RESOLUTION << _RESOLUTION_SHIFT | low_bits


def stored_among(numbers: Iterable[int]) -> list[int]:
    """Return those of the numbers that are cells at the resolution at which cells are stored."""
    return [
        cell
        for cell in numbers
        if cell > 0 and h3.is_valid_cell(cell) and h3.get_resolution(cell) == FINE_RESOLUTION
    ]


def to_hex(cells: Iterable[int]) -> list[str]:
    """Write cells in H3's usual hexadecimal form."""
    return [format(cell, "x") for cell in cells]


def from_hex(texts: Sequence[str]) -> Cells:
    """Read cells in hexadecimal form; raises CellError at the first that is none."""
    return np.fromiter(map(_cell, texts), dtype=np.int64, count=len(texts))


def outlines(cells: Iterable[int]) -> NDArray[np.object_]:
    """Draw each cell as a polygon in EPSG:4490, counter-clockwise.

    Edges are straight in the plane of longitude and latitude. Cells on the antimeridian are not
    cut there.
    """
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(int(cell))] for cell in cells]
    # Five vertices (pentagons) and more (cells on an edge of the icosahedron) occur.
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    if not rings:
        return np.empty(0, dtype=np.object_)
    return np.asarray(shapely.polygons(shapely.linearrings(np.concatenate(rings), indices=owner)))


def centres(cells: Iterable[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the centre of each cell as longitude and latitude arrays in degrees."""
    pairs = np.array([h3.cell_to_latlng(int(cell)) for cell in cells], dtype=np.float64)
    pairs = pairs.reshape(-1, 2)
    return pairs[:, 1], pairs[:, 0]


def _cell(text: str) -> int:
    try:
        cell = int(text, 16)
    except ValueError:
        cell = NO_CELL
    if not 0 < cell < 1 << 63 or not h3.is_valid_cell(cell):
        raise CellError(f"{text[:40]!r} is not an H3 cell: write one as 15 hexadecimal digits")
    return cell


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= _FINEST:
        raise CellError(f"H3 resolution {resolution} does not exist: use 0 to {_FINEST}")
