"""Cameras, centres, POIs and workers."""

import numpy as np
import pandas as pd
import shapely

from gis_gov.sample.world import World
from tests.sample.made import Sample


def metres(world: World, table: pd.DataFrame) -> np.ndarray:
    return np.column_stack(world.terrain.projection(table.lon.to_numpy(), table.lat.to_numpy()))


def test_kinds_have_their_figures(sample: Sample) -> None:
    resources = sample.table("resources")
    number = resources.kind.value_counts()
    figures = sample.figures
    centres = figures.streets + figures.communities + figures.city_centre
    centres += len(figures.counties) if figures.district_centres else 0
    assert number["camera"] == figures.cameras
    assert number["poi"] == figures.pois
    assert number["centre"] == centres
    assert resources.name.str.len().min() > 2
    assert resources["class"].notna().all()


def test_everything_lies_in_the_district(sample: Sample) -> None:
    grids = sample.shapes("grids")
    whole = shapely.coverage_union_all(grids[grids.layer == "base"].geometry.to_numpy())
    shapely.prepare(whole)
    for name in ("addresses", "resources", "events"):
        table = sample.table(name)
        outside = ~shapely.covers(whole, shapely.points(table.lon, table.lat))
        assert outside.sum() <= len(table) / 2000, name


def test_cameras_stand_at_junctions_and_gates(small: Sample, small_world: World) -> None:
    resources = small.table("resources")
    cameras = resources[resources.kind == "camera"]
    point = np.asarray(shapely.points(metres(small_world, cameras)))
    junctions = shapely.multipoints(small_world.mesh.plane[small_world.junctions.node])
    gates = shapely.multipoints(
        small_world.terrain.plane(small_world.doors.plan[: small_world.doors.yards])
    )
    near = shapely.distance(point, junctions) < 35
    at_gate = shapely.distance(point, gates) < 0.05
    lookout = (cameras["class"] == "高空瞭望").to_numpy()
    assert (near | at_gate | lookout).all()
    assert near.sum() > at_gate.sum() > 5
    assert (cameras.field_of_view_deg[lookout] == 360).all()


def test_cameras_look_along_a_road(small: Sample, small_world: World) -> None:
    resources = small.table("resources")
    cameras = resources[(resources.kind == "camera") & resources.name.str.contains("路口")]
    assert cameras.azimuth_deg.between(0, 359).all()
    assert cameras.azimuth_deg.nunique() > 20
    assert cameras.range_m.between(10, 200).all()
    world = small_world
    nodes = np.asarray(shapely.points(world.mesh.plane[world.junctions.node]))
    spots = np.asarray(shapely.points(metres(world, cameras)))
    nearest = np.asarray(shapely.STRtree(nodes).nearest(spots))
    start = world.junctions.arm_start
    along = 0
    for azimuth, at in zip(cameras.azimuth_deg, nearest.tolist(), strict=True):
        off = np.abs(world.junctions.arm_bearing[start[at] : start[at + 1]] - azimuth)
        along += np.minimum(off, 360 - off).min() < 15
    assert along / len(cameras) > 0.9


def test_each_area_has_its_centre(sample: Sample) -> None:
    resources, areas = sample.table("resources"), sample.shapes("areas")
    centres = resources[resources.kind == "centre"]
    communities = areas[areas.level == "community"]
    stations = centres[centres["class"] == "村社区"]
    assert sorted(stations.name) == sorted(communities.name + "综治工作站")
    address = sample.table("addresses").set_index("code").full_text
    for name, code in zip(stations.name, stations.address_code, strict=True):
        assert name.removesuffix("综治工作站") in address[code]


def test_workers_and_grids_are_n_to_m(sample: Sample) -> None:
    workers, grids = sample.table("workers"), sample.shapes("grids")
    base = grids[grids.layer == "base"].set_index("code")
    pairs = workers.assign(grid=workers.grid_codes.str.split(";")).explode("grid")
    assert len(workers) == sample.figures.workers
    assert 1.1 < len(workers) / len(base) < 1.2
    assert set(pairs.grid) == set(base.index)
    assert (pairs.groupby("grid").size() > 1).any()
    assert (base.area_code[pairs.grid].to_numpy() == pairs.area_code.to_numpy()).all()
    terms = pd.to_datetime(workers.valid_from)
    assert terms.between("2022-01-01", "2025-01-01").all()
    if len(workers) > 100:
        assert (pairs.groupby("code").size() > 1).any()
