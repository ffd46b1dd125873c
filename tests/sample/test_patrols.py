"""Patrol tracks: along the streets of the worker's grid, with errors as receivers have them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis_gov.sample.patrols import _errors, _motion, _tracks
from gis_gov.sample.streams import stream
from gis_gov.sample.workers import hire
from gis_gov.sample.world import World
from tests.sample.made import Sample


@pytest.fixture
def fixes(sample: Sample) -> pd.DataFrame:
    table = sample.table("positions")
    table["time"] = pd.to_datetime(table["time"])
    return table


def test_tracks_are_one_day_at_regular_times(sample: Sample, fixes: pd.DataFrame) -> None:
    figures = sample.figures
    full = figures.patrol_workers * figures.patrol_hours * 3600 / figures.fix_interval_s
    assert 0.98 * full < len(fixes) <= full
    assert fixes.worker_code.nunique() == figures.patrol_workers
    assert fixes.worker_code.isin(sample.table("workers").code).all()
    local = fixes["time"].dt.tz_convert("Asia/Shanghai")
    assert set(local.dt.date.astype(str)) == {"2025-12-31"}
    assert local.dt.hour.between(8, 18).all()
    for _, track in fixes.groupby("device"):
        gap = track["time"].diff().dropna().dt.total_seconds()
        assert (gap > 0).all()
        assert (gap % figures.fix_interval_s == 0).all()
        assert (gap == figures.fix_interval_s).mean() > 0.95


def test_fixes_lie_near_the_streets_of_the_workers_grids(small: Sample, small_world: World) -> None:
    table, workers, grids = small.table("positions"), small.table("workers"), small.shapes("grids")
    shape = dict(zip(grids.code, grids.geometry.to_crs(4550), strict=True))
    home = dict(zip(workers.code, workers.grid_codes.str[:16], strict=True))
    mesh = small_world.mesh
    streets = shapely.union_all(shapely.linestrings(mesh.plane[mesh.edge]))
    plane = small_world.terrain.projection(table.lon.to_numpy(), table.lat.to_numpy())
    spots = np.asarray(shapely.points(np.column_stack(plane)))
    off_street = np.asarray(shapely.distance(spots, streets))
    good = (table.accuracy_m < 25).to_numpy()
    assert np.median(off_street[good]) < 8
    assert np.quantile(off_street[good], 0.99) < 30
    points = list(gpd.GeoSeries.from_xy(table.lon, table.lat, crs=4490).to_crs(4550))
    own = np.array([shape[home[code]] for code in table.worker_code])
    off_grid = shapely.distance(own, np.array(points))
    assert np.quantile(off_grid, 0.98) < 25


def test_speeds_are_those_of_walkers_and_riders(fixes: pd.DataFrame) -> None:
    assert fixes.speed_mps.between(0, 8).all()
    assert 0.1 < (fixes.speed_mps < 0.4).mean() < 0.5
    moving = fixes[fixes.speed_mps > 0.6].groupby("device").speed_mps.median()
    assert moving.between(0.7, 5).all()
    assert fixes.bearing_deg.between(0, 359.99).all()
    assert fixes.accuracy_m.between(1, 400).all()


def test_errors_are_gauss_markov() -> None:
    error, accuracy = _errors(400, 240, 30.0, np.random.default_rng(5))
    good = accuracy < 25
    usual = np.median(np.abs(error[good]))
    assert 2 < usual < 5
    keep = np.exp(-1)
    for axis in (0, 1):
        before, after = error[:, :-1, axis], error[:, 1:, axis]
        both = good[:, :-1] & good[:, 1:]
        assert np.corrcoef(before[both], after[both])[0, 1] == pytest.approx(keep, abs=0.05)


def test_a_standing_worker_seems_to_wander_and_knows_no_heading() -> None:
    track = np.zeros((1, 50, 2))
    speed, bearing = _motion(track, 30.0, np.random.default_rng(1))
    assert speed.max() < 0.6
    assert len(np.unique(np.floor(bearing / 45))) == 8


def test_tracks_follow_edges_only(small_world: World) -> None:
    staff = hire(small_world)
    moved = np.cumsum(np.full((len(staff.home), 60), 30.0), axis=1)
    track = _tracks(small_world, staff.home, moved, stream(1, "test"))
    mesh = small_world.mesh
    streets = shapely.union_all(shapely.linestrings(mesh.plane[mesh.edge]))
    shapely.prepare(streets)
    assert shapely.dwithin(shapely.points(track.reshape(-1, 2)), streets, 1e-6).all()
    step = np.hypot(*np.diff(track, axis=1).transpose(2, 0, 1))
    assert step.max() < 30.0 + 1e-6
