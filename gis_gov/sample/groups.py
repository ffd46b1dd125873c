"""Numbering inside groups, without loops."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.float64]


def ragged(start: Ints, step: Ints, count: Ints) -> Ints:
    """List `start, start + step, …` with `count` members each, one after the other."""
    return np.repeat(start, count) + np.repeat(step, count) * counting(count)


def counting(count: Ints) -> Ints:
    """Count from zero for each of several lengths, one after the other."""
    first = np.cumsum(count) - count
    return np.arange(count.sum()) - np.repeat(first, count)


def ranks(group: Ints) -> Ints:
    """Count the members of each group from zero, in the order in which they come."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - np.searchsorted(ordered, ordered)
    return rank


def totals(group: Ints, weight: Numbers, groups: int) -> Floats:
    """Add up the weights of each of `groups` groups."""
    return np.bincount(group, weight, groups).astype(np.float64)


def counts(group: Ints, groups: int) -> Ints:
    """Count the members of each of `groups` groups."""
    return np.bincount(group, minlength=groups).astype(np.int64)
