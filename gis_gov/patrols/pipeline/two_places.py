"""Two devices of one worker, far from each other at one time."""

import numpy as np

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.reachable import certain_m
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find fixes far from where another device is, whose track around that time is longer.

    Longer is the track of the device with more fixes up to half an hour before and after the time
    in which devices contradict each other; of equal ones, that with the lower number.
    """
    away = np.zeros(len(trail), dtype=np.bool_)
    devices = trail.rows_by_device()
    if len(devices) < 2:
        return away
    for begin_s, end_s in _disputed(trail, devices, limits):
        around_s = limits.two_places_around_s
        near = [_between(trail, rows, begin_s - around_s, end_s + around_s) for rows in devices]
        ranked = sorted(near, key=len, reverse=True)  # stable: by number among equals
        believed = ranked[0]
        for rows in ranked[1:]:
            denied = _contradicted(trail, rows, believed, limits)
            away[rows[denied]] = True
            believed = np.sort(np.concatenate([believed, rows[~denied]]))
    return away


def _disputed(trail: Trail, devices: list[Positions], limits: Limits) -> list[tuple[float, float]]:
    """List the times in which devices contradict each other, from and to in seconds."""
    disputed = np.zeros(len(trail), dtype=np.bool_)
    for rows in devices:
        for others in devices:
            if rows is not others:
                disputed[rows[_contradicted(trail, rows, others, limits)]] = True
    moments_s = trail.fixes.time_s[disputed]
    if not len(moments_s):
        return []
    parts = np.split(moments_s, np.flatnonzero(np.diff(moments_s) > limits.two_places_around_s) + 1)
    return [(float(part[0]), float(part[-1])) for part in parts]


def _contradicted(trail: Trail, rows: Positions, others: Positions, limits: Limits) -> Mask:
    """Say which fixes are far from the fix of the others that is nearest in time."""
    if not len(others):
        return np.zeros(len(rows), dtype=np.bool_)
    time_s, other_s = trail.fixes.time_s[rows], trail.fixes.time_s[others]
    nearest = others[_nearest(time_s, other_s)]
    fixes, there = trail.fixes.only(rows), trail.fixes.only(nearest)
    apart_s = np.abs(fixes.time_s - there.time_s)
    mps = np.maximum(limits.mode_mps(trail.mode[rows]), limits.mode_mps(trail.mode[nearest]))
    far_m = certain_m(fixes, there, limits) - mps * apart_s
    return (apart_s <= limits.two_places_s) & (far_m > limits.two_places_m)


def _nearest(time_s: Floats, other_s: Floats) -> Positions:
    """List the rows of the others that are nearest in time; of two, the earlier one."""
    after = np.clip(np.searchsorted(other_s, time_s), 0, len(other_s) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(
        np.abs(time_s - other_s[before]) <= np.abs(other_s[after] - time_s), before, after
    )


def _between(trail: Trail, rows: Positions, begin_s: float, end_s: float) -> Positions:
    time_s = trail.fixes.time_s[rows]
    return rows[(time_s >= begin_s) & (time_s <= end_s)]
