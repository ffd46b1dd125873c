"""Phones made up: those that lie still and those that are carried or driven, with noise.

Noise wanders: a Gauss-Markov process with a time constant of 30 s, on each axis.
"""

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.measure import metres_per_degree
from gis_gov.geo.track.fixes import Fixes

Floats = NDArray[np.float64]
LON, LAT = 120.15, 30.25
NOISE_TIME_S = 30.0
QUARTERS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


def fixes_at(time_s: Floats, places_m: Floats, accuracy_m: float = np.nan) -> Fixes:
    """Make fixes of places in metres around a place in Hangzhou."""
    across_m, along_m = metres_per_degree(np.array([LAT]))
    return Fixes(
        1.7e9 + time_s,
        LON + places_m[:, 0] / across_m,
        LAT + places_m[:, 1] / along_m,
        np.full(len(time_s), accuracy_m),
    )


def noise_m(time_s: Floats, sigma_m: float, random: np.random.Generator) -> Floats:
    noise = random.normal(0.0, sigma_m, (len(time_s), 2))
    kept = np.exp(-np.diff(time_s) / NOISE_TIME_S)
    for row, share in enumerate(kept, start=1):
        noise[row] = share * noise[row - 1] + np.sqrt(1 - share**2) * noise[row]
    return noise


def lying(
    seed: int, sigma_m: float, every_s: float, *, hours: float = 1.0, accuracy_m: float = np.nan
) -> Fixes:
    time_s = np.arange(0.0, hours * 3600 + 1, every_s)
    return fixes_at(time_s, noise_m(time_s, sigma_m, np.random.default_rng(seed)), accuracy_m)


def along(corners_m: Floats, gone_m: Floats) -> Floats:
    legs_m = np.hypot(*np.diff(corners_m, axis=0).T)
    at_m = np.concatenate([[0.0], np.cumsum(legs_m)])
    return np.column_stack([np.interp(gone_m, at_m, axis) for axis in corners_m.T])


def cornered(
    length_m: float,
    between_m: tuple[float, float],
    random: np.random.Generator,
    *,
    turning: float = 1.0,
) -> Floats:
    """Turn left or right at each corner, or at a share of them."""
    corners, way, gone_m = [np.zeros(2)], int(random.integers(4)), 0.0
    while gone_m < length_m:
        leg_m = random.uniform(*between_m)
        corners.append(corners[-1] + leg_m * QUARTERS[way])
        if random.random() < turning:
            way = (way + int(random.choice([1, 3]))) % 4
        gone_m += leg_m
    return np.array(corners)


def winding(
    length_m: float, random: np.random.Generator, *, bends: tuple[tuple[float, float], ...]
) -> Floats:
    """Wind left and right, by angles in radians and within metres."""
    gone_m = np.arange(0.0, length_m + 2, 2.0)
    heading = np.zeros_like(gone_m)
    for angle, wave_m in bends:
        heading += angle * np.sin(2 * np.pi * gone_m / wave_m + random.uniform(0, 2 * np.pi))
    return np.cumsum(2.0 * np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)


def route_of(kind: str, length_m: float, random: np.random.Generator) -> Floats:
    if kind == "winding":  # with bends down to a radius of 25 m
        return winding(length_m, random, bends=((1.2, 300.0), (0.4, 170.0)))
    if kind == "bend":
        return winding(length_m, random, bends=((1.2, 1200.0),))
    if kind == "blocks":
        return cornered(length_m, (400.0, 600.0), random)
    if kind == "straight":
        return np.array([[0.0, 0.0], [length_m, 0.0]])
    return cornered(length_m, (50.0, 100.0), random)


def walk(
    seed: int, kind: str, sigma_m: float, every_s: float, mps: float, *, length_m: float = 2000.0
) -> Fixes:
    """Walk a way `straight`, `winding`, round `corners`, or round them with three `stops`.

    Or one of a wide `bend`, or round `blocks` of some 500 m.
    """
    random = np.random.default_rng(seed)
    route = route_of(kind, length_m + 1, random)
    moment_s = np.arange(0.0, 3 * length_m / mps + 1500)
    speed = mps * (1 + 0.1 * np.sin(2 * np.pi * moment_s / 97 + random.uniform(0, 6)))
    if kind == "stops":
        for begin in (0.2, 0.5, 0.8):
            start = int(begin * length_m / mps) + 300
            speed[start : start + int(random.uniform(120, 360))] = 0.0
    return carried(route, moment_s, speed, length_m, sigma_m, every_s, random)


def drive(
    seed: int,
    sigma_m: float,
    every_s: float,
    mps: float,
    *,
    between_m: tuple[float, float],
    length_m: float = 8000.0,
) -> Fixes:
    """Drive a way that turns at every second corner, halting at times as at lights."""
    random = np.random.default_rng(seed)
    route = cornered(length_m + 1, between_m, random, turning=0.5)
    speed: list[float] = []
    while sum(speed) < length_m:
        ride_s = int(random.uniform(20, 90))
        from_halt = np.minimum(np.arange(ride_s) + 1, np.arange(ride_s, 0, -1))
        speed += (mps * np.minimum(1.0, from_halt / 6)).tolist()
        speed += [0.0] * int(random.uniform(10, 60) * random.integers(2))
    moment_s = np.arange(0.0, len(speed))
    return carried(route, moment_s, np.array(speed), length_m, sigma_m, every_s, random)


def carried(
    route: Floats,
    moment_s: Floats,
    speed: Floats,
    length_m: float,
    sigma_m: float,
    every_s: float,
    random: np.random.Generator,
) -> Fixes:
    """Go along a route, to the metre, with a speed for each second."""
    gone_m = np.minimum(np.concatenate([[0.0], np.cumsum(speed)[:-1]]), length_m)
    arrived_s = float(np.interp(length_m - 1e-6, gone_m, moment_s))
    time_s = np.append(np.arange(0.0, arrived_s, every_s), arrived_s)
    places_m = along(route, np.interp(time_s, moment_s, gone_m))
    return fixes_at(time_s, places_m + noise_m(time_s, sigma_m, random))
