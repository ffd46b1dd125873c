"""Split a grid into the two or three connected parts of a finer layer, within a band."""

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample.partition import Ground, components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MOST_BLOCKS = 16
"""All ways to choose blocks are tried, 2 ** (blocks - 1) of them, so grids of more are left."""
_MOST_TRIES = 200


def split_within(ground: Ground, band: tuple[int, int], count: int) -> list[Ints]:
    """Split a ground into `count` connected parts that each weigh within the band.

    Returns block numbers of each part; none if there is no such split.
    """
    low, high = band
    if count == 1:
        held = ground.weight.sum()
        return [ground.member] if low <= held <= high and _connected(ground) else []
    if not 1 < len(ground.member) <= _MOST_BLOCKS:
        return []
    for part in _choices(ground, band, count):
        if _connected(ground.part(part)):
            rest = split_within(ground.part(~part), band, count - 1)
            if rest:
                return [ground.member[part], *rest]
    return []


def _choices(ground: Ground, band: tuple[int, int], count: int) -> Flags:
    """List choices of blocks that hold the first one, the best balanced first: (n, blocks)."""
    number = len(ground.member)
    bits = np.arange(1, 1 << number, 2)
    chosen = (bits[:, None] >> np.arange(number) & 1).astype(np.bool_)
    held = chosen @ ground.weight
    low, high = band
    left = ground.weight.sum() - held
    fits = (held >= low) & (held <= high)
    fits &= (left >= low * (count - 1)) & (left <= high * (count - 1))
    off = np.abs(held - ground.weight.sum() / count)
    order = np.flatnonzero(fits)[np.argsort(off[fits], kind="stable")]
    return chosen[order[:_MOST_TRIES]]


def _connected(ground: Ground) -> bool:
    return bool((components(len(ground.member), ground.pair) == 0).all())
