"""Divide a set of blocks into connected parts of given weights, along the roads between blocks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample.groups import totals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TILTS = (0.0, 0.45, -0.45, np.pi / 2)
"""Directions tried for a cut, in radians off the longer axis."""


@dataclass(frozen=True)
class Ground:
    """Blocks that can be divided: weights, places, and which of them share how much border."""

    member: Ints
    """Block numbers."""
    weight: Floats
    place: Floats
    """(n, 2) plane metres."""
    pair: Ints
    """(m, 2) positions in `member` of blocks that share a border."""
    shared_m: Floats

    def part(self, inside: Flags) -> "Ground":
        """Take the blocks that are `inside`."""
        local = np.cumsum(inside) - 1
        kept = inside[self.pair].all(axis=1)
        return Ground(
            self.member[inside],
            self.weight[inside],
            self.place[inside],
            local[self.pair[kept]],
            self.shared_m[kept],
        )


def make_ground(
    member: Ints, weight: Floats, place: Floats, borders: tuple[Ints, Floats]
) -> Ground:
    """Make the ground of some blocks from all blocks' weights, places and borders.

    `borders` are pairs of block numbers (m, 2), and the metres that each pair shares.
    """
    inside = np.zeros(len(weight), dtype=np.bool_)
    inside[member] = True
    whole = Ground(np.arange(len(weight)), weight, place, *borders)
    return whole.part(inside)


def allot(total: int, weights: Floats, least: int = 0) -> Ints:
    """Share out `total` pieces by weight, at least `least` to each, by largest remainder."""
    free = total - least * len(weights)
    if free < 0:
        raise ValueError(f"{total} pieces are too few for {len(weights)} parts of {least} each")
    exact = weights / weights.sum() * free
    pieces = np.floor(exact).astype(np.int64)
    first = np.argsort(pieces - exact, kind="stable")[: free - pieces.sum()]
    pieces[first] += 1
    return pieces + least


def components(number: int, pair: Ints) -> Ints:
    """Label each of `number` things with the lowest one that it is connected to by pairs."""
    label = np.arange(number)
    while True:
        lower = label.copy()
        np.minimum.at(lower, pair[:, 0], label[pair[:, 1]])
        np.minimum.at(lower, pair[:, 1], label[pair[:, 0]])
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower


def divide(ground: Ground, sizes: Floats, least: int = 1) -> list[Ints]:
    """Divide a ground into connected parts whose weights are in proportion to `sizes`.

    Each part gets at least `least` blocks where the ground has them. Returns block numbers.
    Water that parts the ground is never crossed, unless there is one part only.
    """
    if len(sizes) == 1:
        return [ground.member]
    island, which = np.unique(components(len(ground.member), ground.pair), return_inverse=True)
    if len(island) > 1:
        return _divide_islands(ground, which, sizes, least)
    half = len(sizes) // 2
    low = _bisect(ground, sizes, half, least)
    return divide(ground.part(low), sizes[:half], least) + divide(
        ground.part(~low), sizes[half:], least
    )


def _divide_islands(ground: Ground, which: Ints, sizes: Floats, least: int) -> list[Ints]:
    weight = totals(which, ground.weight, int(which.max()) + 1)
    if len(sizes) < len(weight):
        raise ValueError(f"{len(sizes)} parts can't cover {len(weight)} separate pieces of land")
    share = allot(len(sizes), weight, 1)
    parts: list[Ints] = []
    for number, count in enumerate(share.tolist()):
        at = len(parts)
        parts += divide(ground.part(which == number), sizes[at : at + count], least)
    return parts


def _bisect(ground: Ground, sizes: Floats, half: int, least: int) -> Flags:
    """Find the cut with the shortest border among those that keep the shares."""
    share = sizes[:half].sum() / sizes.sum()
    total = ground.weight.sum()
    offset = ground.place - np.average(ground.place, axis=0, weights=ground.weight + 1e-9)
    _, axes = np.linalg.eigh(offset.T @ offset)
    long_axis = np.arctan2(axes[1, 1], axes[0, 1])
    best, best_cost = None, np.inf
    for tilt in _TILTS:
        way = long_axis + tilt
        along = offset @ (np.cos(way), np.sin(way))
        low = _repaired(ground, _lower(ground, along, share, (half * least, len(sizes) * least)))
        off = abs(ground.weight[low].sum() / total - share)
        cut = ground.shared_m[low[ground.pair[:, 0]] != low[ground.pair[:, 1]]].sum()
        short = max(half * least - low.sum(), 0)
        short += max((len(sizes) - half) * least - (~low).sum(), 0)
        cost = cut * (1 + 25 * max(off * len(sizes) - 0.12, 0)) * (1 + 100 * short)
        if 0 < low.sum() < len(low) and cost < best_cost:
            best, best_cost = low, cost
    if best is None:
        raise ValueError(f"{len(ground.member)} blocks can't be divided in {len(sizes)} parts")
    return best


def _lower(ground: Ground, along: Floats, share: float, least: tuple[int, int]) -> Flags:
    order = np.argsort(along, kind="stable")
    weight = np.cumsum(ground.weight[order])
    count = 1 + np.abs(weight / weight[-1] - share).argmin()
    low_least, all_least = least
    if len(order) >= all_least:
        count = np.clip(count, low_least, len(order) - (all_least - low_least))
    low = np.zeros(len(order), dtype=np.bool_)
    low[order[:count]] = True
    return low


def _repaired(ground: Ground, low: Flags) -> Flags:
    """Make both sides of a cut connected: all but a side's heaviest piece go to the other side."""
    low = low.copy()
    for side in (True, False):
        mine = low == side
        both = mine[ground.pair].all(axis=1)
        label = components(len(low), ground.pair[both])
        weight = totals(label[mine], ground.weight[mine] + 1e-6, len(low))
        low[mine & (label != weight.argmax())] = not side
    return low
