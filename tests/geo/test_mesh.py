"""Faults of meshes, made on purpose in true tilings, and real meshes that have none."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.fault import Fault, FaultKind, feature_collection
from gis_gov.geo.geojson import read_geojson
from gis_gov.geo.mesh import TOLERANCE_M, MeshError, check
from gis_gov.geo.snap import SNAP_DEG, snapped

from .tilings import Polygons, tilings

PARENT = shapely.box(113.30, 23.10, 113.32, 23.11)
LEFT = shapely.box(113.30, 23.10, 113.31, 23.11)
RIGHT = shapely.box(113.31, 23.10, 113.32, 23.11)
M = 1 / 111_320  # a metre in degrees, of latitude


def found(polygons: Sequence[BaseGeometry], fillers: Sequence[BaseGeometry] = ()) -> list[Fault]:
    codes = [chr(ord("a") + n) for n in range(len(polygons))]
    return check(codes, polygons, PARENT, fillers)


def kinds(faults: list[Fault]) -> dict[str, int]:
    return dict(Counter(fault.kind.value for fault in faults))


def real(path: Path) -> Polygons:
    return np.asarray(shapely.force_2d(pyogrio.read_dataframe(path).geometry.to_numpy()))


def numbered(polygons: Polygons) -> list[str]:
    return [f"{n:05}" for n in range(len(polygons))]


def test_a_true_tiling_has_no_fault() -> None:
    assert found([LEFT, RIGHT]) == []
    assert check(["a", "b"], np.array([LEFT, RIGHT])) == []


def test_overlap_is_told_with_place_area_and_both_codes() -> None:
    wide = shapely.box(113.30, 23.10, 113.312, 23.11)
    [fault] = found([RIGHT, wide])
    assert (fault.kind, fault.codes, fault.is_error) == (FaultKind.OVERLAP, ("a", "b"), True)
    assert fault.geometry.equals(shapely.box(113.31, 23.10, 113.312, 23.11))
    assert fault.area_m2 == pytest.approx(226_800, rel=0.01)
    assert not fault.is_sliver


def test_gap_is_told_with_the_grids_around_it() -> None:
    [fault] = found([LEFT, shapely.box(113.312, 23.10, 113.32, 23.11)])
    assert (fault.kind, fault.codes) == (FaultKind.GAP, ("a", "b"))
    assert fault.geometry.equals(shapely.box(113.31, 23.10, 113.312, 23.11))


def test_leaving_the_parent_is_told() -> None:
    [fault] = found([LEFT, shapely.box(113.31, 23.10, 113.323, 23.11)])
    assert (fault.kind, fault.codes) == (FaultKind.OUTSIDE_PARENT, ("b",))
    assert fault.geometry.equals(shapely.box(113.32, 23.10, 113.323, 23.11))


def test_a_grid_within_another_and_a_grid_given_twice_overlap() -> None:
    inner = shapely.box(113.302, 23.102, 113.304, 23.104)
    assert kinds(found([LEFT, RIGHT, inner])) == {"overlap": 1}
    assert kinds(found([LEFT, RIGHT, LEFT])) == {"overlap": 1}


@pytest.mark.parametrize(("width_m", "sliver"), [(0.3, True), (0.01, True), (5.0, False)])
@pytest.mark.parametrize("sign", [1, -1], ids=["overlap", "gap"])
def test_slivers_are_told_apart_by_width(width_m: float, sliver: bool, sign: int) -> None:
    middle = 113.31 - sign * width_m * M / np.cos(np.radians(23.105))
    [fault] = found([LEFT, shapely.box(middle, 23.10, 113.32, 23.11)])
    assert fault.kind is (FaultKind.OVERLAP if sign > 0 else FaultKind.GAP)
    assert fault.is_sliver is sliver
    assert fault.width_m == pytest.approx(width_m, rel=0.02)


def test_rounding_of_vertices_is_no_fault() -> None:
    faults = found([LEFT, shapely.box(113.31 + SNAP_DEG, 23.10, 113.32, 23.11)])
    assert [fault for fault in faults if fault.is_error] == []
    assert kinds(faults) == {"unshared_vertex": 1}


def test_rounding_is_no_fault_along_a_long_edge_either() -> None:
    """A geodesic between the ends of such an edge is metres off the straight line."""
    whole = shapely.Polygon([(113.3, 23.1), (113.5, 23.12), (113.5, 23.2), (113.3, 23.2)])

    def errors(above: float) -> dict[str, int]:
        middle = (113.4123, 23.11123 + above)
        west = shapely.Polygon([(113.3, 23.1), middle, (113.4, 23.2), (113.3, 23.2)])
        east = shapely.Polygon([middle, (113.5, 23.12), (113.5, 23.2), (113.4, 23.2)])
        assert shapely.difference(whole, shapely.union_all([west, east])).area > 0
        return kinds(
            [each for each in check(["a", "b"], np.array([west, east]), whole) if each.is_error]
        )

    assert errors(SNAP_DEG) == {}
    assert errors(10 * SNAP_DEG) == {"gap": 1}


def test_a_vertex_that_the_neighbour_lacks_is_a_warning() -> None:
    lower, upper = (
        shapely.box(113.31, 23.10, 113.32, 23.105),
        shapely.box(113.31, 23.105, 113.32, 23.11),
    )
    faults = found([LEFT, lower, upper])
    assert [(fault.kind.value, fault.codes, fault.is_error) for fault in faults] == [
        ("unshared_vertex", ("a", "b"), False),
        ("unshared_vertex", ("a", "c"), False),
    ]
    assert faults[0].geometry.equals(shapely.MultiPoint([(113.31, 23.105)]))


def test_a_grid_that_is_a_sliver_is_a_warning() -> None:
    strip = shapely.box(113.31, 23.10, 113.31 + M, 23.11)
    rest = shapely.box(113.31 + M, 23.10, 113.32, 23.11)
    [fault] = found([LEFT, strip, rest])
    assert (fault.kind, fault.codes, fault.is_error) == (FaultKind.THIN_GRID, ("b",), False)
    assert 0.8 < fault.width_m < 1.0


def test_an_exclusive_grid_may_fill_a_hole_of_the_base_mesh() -> None:
    school = shapely.box(113.302, 23.102, 113.304, 23.104)
    holed = LEFT.difference(school)
    assert kinds(found([holed, RIGHT])) == {"gap": 1}
    assert found([holed, RIGHT], fillers=[school]) == []
    assert kinds(check(["a", "b"], np.array([holed, RIGHT]))) == {"gap": 1}


def test_a_parent_of_two_parts_with_a_hole() -> None:
    lake = shapely.box(113.302, 23.102, 113.304, 23.104)
    island = shapely.box(113.34, 23.10, 113.35, 23.11)
    parent = shapely.union(PARENT.difference(lake), island)
    codes, mesh = ["a", "b", "c"], np.array([LEFT.difference(lake), RIGHT, island])
    assert check(codes, mesh, parent) == []
    assert kinds(check(codes, np.array([LEFT, RIGHT, island]), parent)) == {"outside_parent": 1}


@pytest.mark.parametrize(
    "polygon",
    [
        shapely.Polygon([(113.3, 23.1), (113.31, 23.11), (113.31, 23.1), (113.3, 23.11)]),
        shapely.Polygon(),
        shapely.Point(113.3, 23.1),
        None,
    ],
    ids=["self-crossing", "empty", "point", "missing"],
)
def test_what_is_no_valid_polygon_is_refused_by_code(polygon: BaseGeometry | None) -> None:
    with pytest.raises(MeshError, match=r"1 grids are no valid polygons.*: b$"):
        check(["a", "b"], np.array([LEFT, polygon], dtype=object))


def test_one_code_for_each_polygon() -> None:
    with pytest.raises(MeshError, match="1 codes, 2 polygons"):
        check(["a"], np.array([LEFT, RIGHT]))


def test_faults_make_a_geojson_that_our_reader_accepts() -> None:
    faults = found([LEFT, shapely.box(113.312, 23.10, 113.33, 23.11)])
    collection = feature_collection(faults)
    assert [feature["properties"]["kind"] for feature in collection["features"]] == [
        fault.kind.value for fault in faults
    ]
    assert len(read_geojson(json.dumps(collection)).features) == len(faults) == 2


@settings(max_examples=30)
@given(tilings())
def test_random_tilings_have_no_error_and_lose_one_as_a_gap(polygons: Polygons) -> None:
    mesh = snapped(polygons)
    parent = shapely.union_all(mesh)
    assert [fault for fault in check(numbered(mesh), mesh, parent) if fault.is_error] == []
    if len(mesh) > 1:
        faults = check(numbered(mesh[1:]), mesh[1:], parent)
        # In square degrees, as below; 1e-10 is a square metre.
        missing = sum(fault.geometry.area for fault in faults if fault.kind is FaultKind.GAP)
        assert missing == pytest.approx(mesh[0].area, rel=1e-6, abs=1e-10)


@settings(max_examples=30)
@given(tilings(), st.floats(-0.004, 0.004), st.floats(-0.004, 0.004), st.integers(0, 11))
def test_areas_balance_when_a_grid_is_moved(
    polygons: Polygons, east: float, north: float, which: int
) -> None:
    # Of what moved, everything is an overlap, an outside, or its own old place.
    mesh = snapped(polygons)
    parent = shapely.union_all(mesh)
    moved = mesh.copy()
    moved[which % len(mesh)] = translate(mesh[which % len(mesh)], east, north)
    faults = check(numbered(moved), moved, parent)
    # In square degrees: an edge that is cut in two is another geodesic.
    sums = {
        kind: sum(fault.geometry.area for fault in faults if fault.kind is kind)
        for kind in FaultKind
    }
    total = shapely.area(moved).sum() - sums[FaultKind.OVERLAP] - sums[FaultKind.OUTSIDE_PARENT]
    # Strips that are narrower than the tolerance are not told.
    untold = TOLERANCE_M / 100_000 * shapely.length(mesh[which % len(mesh)])
    assert total == pytest.approx(parent.area - sums[FaultKind.GAP], abs=1e-9 + untold)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("small-grid-polygons/grid_63000040.geojson", {}),
        ("shenzhen-grid-and-transit/sz_grid.shp", {"gap": 1}),
        ("zhtw-towns/towns.geojson", {}),
        ("beijing-townships/beijing.shp", {}),
    ],
)
def test_real_meshes(shared_data: Path, path: str, expected: dict[str, int]) -> None:
    polygons = real(shared_data / path)
    start_s = process_time()
    assert kinds(check(numbered(polygons), polygons)) == expected
    assert process_time() - start_s < 10.0


def test_real_cells_tile_their_parents(shared_data: Path) -> None:
    frame = pyogrio.read_dataframe(shared_data / "small-grid-polygons/grid_63000040.geojson")
    for _, group in frame.groupby("CODE2"):
        cells = np.asarray(shapely.force_2d(group.geometry.to_numpy()))
        codes = group["CODEBASE"].tolist()
        parent = shapely.coverage_union_all(cells)
        assert check(codes, cells, parent) == []
        if len(cells) > 2:
            faults = check(codes[1:], cells[1:], parent)
            assert kinds(faults) == {"gap": len(shapely.get_parts(cells[:1]))}
