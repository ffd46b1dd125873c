"""Patrol tracks: workers walk the streets of their grid, their phones tell where, with noise."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.columns import joined, number_text, pick, words
from gis_gov.sample.rhythms import PATROL_DAY
from gis_gov.sample.streams import stream
from gis_gov.sample.workers import Staff
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MEMORY_S = 30.0
"""Time constant of the positioning error (Gauss-Markov)."""
_WALK_MPS, _RIDE_MPS = (0.9, 1.4), (2.6, 4.5)
_RIDERS = 0.25
_STOP_CHANCE, _GO_CHANCE = 0.04, 0.14
"""Per fix: that a moving worker stops, and that a standing one goes on."""
_LOST_FIX = 0.008
_BAD_FIX = 0.004
_FIRST_START_H, _LAST_END_H = 8.25, 17.75


@dataclass(frozen=True)
class _Paths:
    """The streets of each grid as a graph: states are pairs of a grid and a node."""

    node: Ints
    first: Ints
    """(grids + 1) where each grid's states start."""
    start: Ints
    """(states + 1) where each state's ways start in `to`."""
    to: Ints
    """The state at the other end of each way."""


def position_rows(world: World, staff: Staff) -> pa.Table:
    """Make the fixes of one day, track by track."""
    rng = stream(world.seed, "patrols")
    figures = world.figures
    chosen = np.sort(rng.permutation(len(staff.home))[: figures.patrol_workers])
    step_s = figures.fix_interval_s
    fixes = round(figures.patrol_hours * 3600 / step_s)
    riding = rng.random(len(chosen)) < _RIDERS
    moved = _moved(riding, fixes, step_s, rng)
    track = _tracks(world, staff.home[chosen], moved, rng)
    kept = rng.random(moved.shape) >= _LOST_FIX
    worker, fix = np.nonzero(kept)
    error, accuracy = _errors(len(chosen), fixes, step_s, rng)
    seen = track + error
    lon, lat = world.terrain.degrees(seen[kept]).T
    speed, bearing = _motion(track, step_s, rng)
    start = _starts(len(chosen), fixes * step_s, rng)
    time = start[worker] + (fix * step_s).astype("timedelta64[s]")
    height = 4 + 6 * rng.random(len(chosen))
    return pa.table(
        {
            "worker_code": pick(staff.code, chosen[worker]),
            "device": joined("PDA-", number_text(chosen[worker] + 1)),
            "time": pa.array(time),
            "lon": np.round(lon, 7),
            "lat": np.round(lat, 7),
            "accuracy_m": np.round(accuracy[kept], 1),
            "speed_mps": np.round(speed[kept], 2),
            "bearing_deg": np.round(bearing[kept], 1) % 360,
            "altitude_m": np.round(height[worker] + rng.normal(0, 1.5, len(worker)), 1),
            "source": words(
                ["gps", "beidou"], (rng.random(len(chosen)) < 0.6).astype(np.int64)[worker]
            ),
        }
    )


def _starts(number: int, length_s: float, rng: np.random.Generator) -> NDArray[np.datetime64]:
    latest = _LAST_END_H * 3600 - length_s
    begin = rng.uniform(_FIRST_START_H * 3600, max(latest, _FIRST_START_H * 3600 + 1), number)
    return PATROL_DAY.astype("datetime64[s]") + begin.astype("timedelta64[s]")


def _moved(
    riding: NDArray[np.bool_], fixes: int, step_s: float, rng: np.random.Generator
) -> Floats:
    """Tell how far each worker has come at each fix, in metres: (workers, fixes)."""
    number = len(riding)
    low, high = np.where(riding[:, None], _RIDE_MPS, _WALK_MPS).T
    pace = rng.uniform(low, high)
    moving = np.ones(number, dtype=np.bool_)
    step = np.zeros((number, fixes))
    chance = rng.random((number, fixes))
    for at in range(1, fixes):
        moving = np.where(moving, chance[:, at] >= _STOP_CHANCE, chance[:, at] < _GO_CHANCE)
        step[:, at] = moving
    return np.cumsum(step * pace[:, None] * step_s * rng.uniform(0.75, 1.2, step.shape), axis=1)


def _errors(
    number: int, fixes: int, step_s: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw positioning errors (workers, fixes, 2) and the accuracy that the phone reports."""
    spread = rng.lognormal(np.log(4.5), 0.35, number)[:, None]
    keep = np.exp(-step_s / _MEMORY_S)
    fresh = rng.normal(0, 1, (number, fixes, 2))
    error = np.empty_like(fresh)
    error[:, 0] = fresh[:, 0]
    for at in range(1, fixes):
        error[:, at] = keep * error[:, at - 1] + np.sqrt(1 - keep**2) * fresh[:, at]
    poor = np.where(
        rng.random((number, fixes)) < _BAD_FIX, rng.uniform(6, 14, (number, fixes)), 1.0
    )
    accuracy = spread * poor * rng.uniform(1.1, 1.7, (number, fixes))
    return error * (spread * poor)[:, :, None], accuracy


def _motion(track: Floats, step_s: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Measure speed and bearing of the true motion, with the receiver's small errors."""
    way = np.diff(track, axis=1, prepend=track[:, :1])
    speed = np.hypot(way[..., 0], way[..., 1]) / step_s
    bearing = np.degrees(np.arctan2(way[..., 0], way[..., 1]))
    still = speed < 0.05
    bearing = np.where(
        still, rng.uniform(0, 360, speed.shape), bearing + rng.normal(0, 6, speed.shape)
    )
    return np.abs(speed + rng.normal(0, 0.12, speed.shape)), bearing % 360


def _tracks(world: World, grid: Ints, moved: Floats, rng: np.random.Generator) -> Floats:
    """Walk each worker through the streets of a grid: plane metres (workers, fixes, 2)."""
    paths = _paths(world)
    state = paths.first[grid] + (
        rng.random(len(grid)) * (paths.first[grid + 1] - paths.first[grid])
    ).astype(np.int64)
    before = np.full(len(grid), -1)
    place = [world.mesh.plane[paths.node[state]]]
    length = [np.zeros(len(grid))]
    while (length[-1] < moved[:, -1]).any():
        ways = paths.start[state + 1] - paths.start[state]
        pick_at = (rng.random(len(grid)) * ways).astype(np.int64)
        after = paths.to[paths.start[state] + pick_at]
        back = (after == before) & (ways > 1)
        after = np.where(back, paths.to[paths.start[state] + (pick_at + 1) % ways], after)
        before, state = state, after
        place.append(world.mesh.plane[paths.node[state]])
        length.append(length[-1] + np.hypot(*(place[-1] - place[-2]).T))
    along, corner = np.array(length).T, np.array(place)
    track = np.empty((*moved.shape, 2))
    for worker in range(len(grid)):
        for axis in (0, 1):
            track[worker, :, axis] = np.interp(
                moved[worker], along[worker], corner[:, worker, axis]
            )
    return track


def _paths(world: World) -> _Paths:
    mesh, grids = world.mesh, len(world.areas.grid)
    bridge = world.lines.bridge[mesh.edge_line] >= 0
    edge, slot = np.nonzero((mesh.beside >= 0) & ~bridge[:, None])
    grid = world.areas.block_grid[mesh.beside[edge, slot]]
    both = np.unique(np.column_stack([grid, edge]), axis=0)
    ends = mesh.edge[both[:, 1]]
    key = np.concatenate([both[:, 0], both[:, 0]]) * len(mesh.plan) + np.concatenate(ends.T)
    far = np.concatenate([both[:, 0], both[:, 0]]) * len(mesh.plan) + np.concatenate(
        ends[:, ::-1].T
    )
    states = np.unique(key)
    order = np.lexsort((far, key))
    start = np.searchsorted(key[order], states)
    return _Paths(
        states % len(mesh.plan),
        np.searchsorted(states, np.arange(grids + 1) * len(mesh.plan)),
        np.append(start, len(key)),
        np.searchsorted(states, far[order]),
    )
