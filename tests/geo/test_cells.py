"""Cells by our own vectorised code and bit arithmetic against the h3 library."""

import subprocess
import sys

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.cells import (
    FINE_RESOLUTION,
    NO_CELL,
    CellError,
    cells_of,
    centres,
    from_hex,
    outlines,
    parents,
    resolutions,
    to_hex,
)

lons, lats = st.floats(-180, 180), st.floats(-90, 90)


@given(lons, lats, st.integers(0, 15))
def test_cell_is_that_of_h3(lon: float, lat: float, resolution: int) -> None:
    expected = h3.latlng_to_cell(lat, lon, resolution)
    cell = cells_of([lon], [lat], resolution)
    assert to_hex(cell) == [expected]
    assert from_hex([expected]).tolist() == cell.tolist()
    assert cell[0] > 0
    assert resolutions(cell).tolist() == [resolution]


@given(lons, lats, st.integers(0, 15), st.integers(0, 15))
def test_parent_by_bits_is_that_of_h3(lon: float, lat: float, fine: int, coarse: int) -> None:
    cell = cells_of([lon], [lat], fine)
    if coarse > fine:
        with pytest.raises(CellError, match="no parent"):
            parents(cell, coarse)
    else:
        assert to_hex(parents(cell, coarse)) == [h3.cell_to_parent(to_hex(cell)[0], coarse)]


def test_parents_of_pentagons() -> None:
    for name in h3.get_pentagons(9):
        expected = [h3.cell_to_parent(name, coarse) for coarse in range(10)]
        assert [to_hex(parents(from_hex([name]), coarse))[0] for coarse in range(10)] == expected


@pytest.mark.parametrize("many", [20_000, 150_000])
def test_many_points_sharing_places(many: int) -> None:
    random = np.random.default_rng(3)
    building = random.integers(0, 500, many)
    lon, lat = random.uniform(113, 113.5, 500)[building], random.uniform(22.5, 23, 500)[building]
    cells = cells_of(lon, lat)
    assert to_hex(cells[:300]) == [
        h3.latlng_to_cell(y, x, FINE_RESOLUTION) for x, y in zip(lon[:300], lat[:300], strict=True)
    ]
    assert np.unique(cells).size == np.unique(building).size


def test_few_points_are_found_without_a_library_that_takes_long_to_import() -> None:
    code = "import sys; from gis_gov.geo.cells import cells_of; cells_of([113], [23])"
    code += "; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_points_without_a_place_have_no_cell() -> None:
    lon = [113.0, np.nan, 113.0, 180.5, 113.0, np.inf]
    lat = [23.0, 23.0, np.nan, 23.0, 90.5, 23.0]
    cells = cells_of(lon, lat)
    assert (cells == NO_CELL).tolist() == [False, True, True, True, True, True]
    assert parents(cells, 7)[1:].tolist() == [NO_CELL] * 5
    assert cells_of([], []).shape == (0,)


def test_outlines_are_rings_around_their_centres() -> None:
    names = [h3.latlng_to_cell(23.0, 113.3, resolution) for resolution in range(4, 13)]
    names += [h3.get_pentagons(6)[3]]
    cells = from_hex(names)
    polygons = outlines(cells.tolist())
    assert shapely.is_valid(polygons).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(polygons)).all()
    assert shapely.covers(polygons, shapely.points(*centres(cells.tolist()))).all()
    corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(names[0])]
    assert list(polygons[0].exterior.coords)[:-1] == corners
    assert outlines([]).shape == (0,)


@pytest.mark.parametrize("text", ["", "xyz", "8c411d63319b3fe", "0", "ffffffffffffffff", "-1"])
def test_hex_that_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="not an H3 cell"):
        from_hex([text])


@pytest.mark.parametrize("resolution", [-1, 16])
def test_resolutions_run_from_0_to_15(resolution: int) -> None:
    with pytest.raises(CellError, match="0 to 15"):
        cells_of([113.0], [23.0], resolution)
    with pytest.raises(CellError, match="0 to 15"):
        parents([NO_CELL], resolution)
