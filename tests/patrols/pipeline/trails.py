"""Trails made up for the tests of the pipeline: a worker who walks, and what goes wrong."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.measure import metres_per_degree
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.pipeline.judge import judge
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.mode import Mode
from gis_gov.patrols.pipeline.reason import REASONS, Reason
from gis_gov.patrols.pipeline.trail import Trail

LON, LAT = 120.15, 30.25
ZERO_S = 1.7e9
LIMITS = Limits()


def trail_at(
    time_s: NDArray[np.float64],
    places_m: NDArray[np.float64],
    *,
    device: int = 0,
    mode: Mode = Mode.WALK,
    accuracy_m: float = 10.0,
) -> Trail:
    """Make a trail of places in metres, received a second later, counted from 0."""
    across_m, along_m = metres_per_degree(np.array([LAT]))
    count = len(time_s)
    lon, lat = LON + places_m[:, 0] / across_m, LAT + places_m[:, 1] / along_m
    fixes = Fixes(ZERO_S + time_s, lon, lat, np.full(count, accuracy_m))
    return Trail(
        fixes,
        np.full(count, device),
        ZERO_S + time_s + 1,
        np.full(count, np.nan),
        np.arange(count),
        np.zeros(count, dtype=np.bool_),
        np.full(count, int(mode)),
        np.zeros(count, dtype=np.bool_),
    )


def walking(
    count: int = 60,
    *,
    mps: float = 1.2,
    sigma_m: float = 3.0,
    seed: int = 0,
    device: int = 0,
    mode: Mode = Mode.WALK,
    every_s: float = 10.0,
) -> Trail:
    time_s = np.arange(count).astype(np.float64) * every_s
    noise = np.random.default_rng(seed).normal(0, sigma_m, (count, 2))
    way = np.column_stack([mps * time_s, 0 * time_s])
    return trail_at(time_s, way + noise, device=device, mode=mode)


def moved(trail: Trail, rows: slice | int, east_m: float) -> Trail:
    across_m, _ = metres_per_degree(np.array([LAT]))
    lon = trail.fixes.lon.copy()
    lon[rows] += east_m / across_m[0]
    return replace(trail, fixes=replace(trail.fixes, lon=lon))


def joined(*trails: Trail) -> Trail:
    def column(name: str, of: Sequence[Trail | Fixes]) -> Any:
        return np.concatenate([getattr(each, name) for each in of])

    fixes = Fixes(*(column(field.name, [each.fixes for each in trails]) for field in fields(Fixes)))
    return Trail(fixes, *(column(field.name, trails) for field in fields(Trail)[1:]))


def reasons(trail: Trail, limits: Limits = LIMITS) -> list[Reason]:
    return [REASONS[code] for code in judge(trail, limits)]


def rows_of(trail: Trail, reason: Reason) -> list[int]:
    """List the rows that were rejected for a reason, and see that there is no other."""
    told = reasons(trail)
    assert set(told) <= {Reason.ACCEPTED, reason}
    return [row for row, each in enumerate(told) if each == reason]
