"""Coordinates of GeoJSON geometries: arrays of the right depth, finite numbers, closed rings."""

import math
from collections import Counter
from typing import Any, Never

import numpy as np

Position = list[float]

_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_RING_MIN = 4
_DECIMALS_MAX = 9


class CoordinateError(ValueError):
    """A fault in a coordinates array; `place` is the indices of the faulty element."""

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(f"{place}: {fault}")
        self.place = place
        self.fault = fault


class Notes:
    """Warnings of one document, counted by what they say, each with its first place."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._places: dict[str, str] = {}

    def add(self, text: str, place: str) -> None:
        """Note one occurrence."""
        self._counts[text] += 1
        self._places.setdefault(text, place or "the document")

    def told(self) -> list[str]:
        """Write one line for each warning."""
        return [
            f"{self._places[text]}: {text}" + (f", and {count - 1} more" if count > 1 else "")
            for text, count in self._counts.items()
        ]


def checked_coordinates(kind: str, coordinates: object, notes: Notes, path: str) -> list[Any]:
    """Check the coordinates of a geometry; give them with two or three numbers a position.

    Heights are kept where every position has one. An empty array stands for an empty geometry.
    Raises CoordinateError at the first fault.
    """
    positions: list[Position] = []
    copied = _copied(coordinates, _DEPTHS[kind], "", positions)
    if kind in {"LineString", "MultiLineString"}:
        for place, line in _at_depth(copied, _DEPTHS[kind] - 1):
            if len(line) == 1:
                _refuse(place, "a line needs two or more positions")
    if kind in {"Polygon", "MultiPolygon"}:
        for place, polygon in _at_depth(copied, _DEPTHS[kind] - 2):
            _check_rings(polygon, place, notes, path)
    if positions:
        _note_positions(positions, notes, path)
        dimension = min(3, *(len(position) for position in positions))
        for position in positions:
            del position[dimension:]
    return copied


def _copied(value: object, depth: int, place: str, positions: list[Position]) -> list[Any]:
    if not isinstance(value, list):
        _refuse(place, "needs an array" + (" of positions" if depth else " of numbers"))
    if depth:
        return [
            _copied(inner, depth - 1, f"{place}[{n}]", positions) for n, inner in enumerate(value)
        ]
    if not value and not place:
        return []
    for n, number in enumerate(value):
        # A bool is an int to Python, not to JSON.
        if type(number) not in {int, float} or not math.isfinite(number):
            _refuse(f"{place}[{n}]", "a position has finite numbers only")
    if len(value) < 2:
        _refuse(place, f"a position needs two numbers or more, has {len(value)}")
    positions.append([float(number) for number in value])
    return positions[-1]


def _at_depth(value: list[Any], depth: int, place: str = "") -> list[tuple[str, list[Any]]]:
    if depth == 0:
        return [(place, value)]
    return [
        found
        for n, inner in enumerate(value)
        for found in _at_depth(inner, depth - 1, f"{place}[{n}]")
    ]


def _check_rings(polygon: list[list[Position]], place: str, notes: Notes, path: str) -> None:
    for n, ring in enumerate(polygon):
        where = f"{place}[{n}]"
        if ring[:1] != ring[-1:]:
            _refuse(where, "a ring ends where it begins: its last position must equal the first")
        if len(ring) < _RING_MIN:
            _refuse(where, f"a ring needs four positions or more, has {len(ring)}")
        if (_signed_area(ring) > 0) != (n == 0):
            notes.add("a ring against the right-hand rule (3.1.6)", path)


def _signed_area(ring: list[Position]) -> float:
    x, y = np.array([position[:2] for position in ring]).T
    # Relative to the first corner, or far from the origin the difference drowns in rounding.
    x, y = x - x[0], y - y[0]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


def _note_positions(positions: list[Position], notes: Notes, path: str) -> None:
    if any(len(position) > 3 for position in positions):
        notes.add("positions of more than three numbers, the others ignored (3.1.1)", path)
    if len({min(len(position), 3) for position in positions}) > 1:
        notes.add("some positions have a height, others none; all heights dropped", path)
    degrees = np.array([position[:2] for position in positions])
    if (np.abs(degrees) > (180.0, 90.0)).any():
        notes.add("longitude beyond 180 or latitude beyond 90: degrees, or swapped?", path)
    if (np.round(degrees, _DECIMALS_MAX) != degrees).any():
        notes.add("more than nine decimals, finer than a tenth of a millimetre (11.2)", path)


def _refuse(place: str, fault: str) -> Never:
    raise CoordinateError(place, fault)
