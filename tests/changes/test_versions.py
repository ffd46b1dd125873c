"""A tile's version grows with every change that may show in it, whatever the box and the tile."""

from dataclasses import dataclass
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis_gov.changes.versions import ZOOM_MAX, TileVersions, met
from gis_gov.geo.bbox import BBox
from gis_gov.geo.geodetic_tile import MAX_LEVEL, GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import MAX_ZOOM, Tile, tile_at

LON, LAT = 113.36, 22.94


@st.composite
def boxes(draw: st.DrawFn) -> BBox:
    """Boxes of any size: points, houses, districts, the world; at edges and poles as well."""
    side = draw(st.sampled_from([0.0, 1e-7, 0.001, 0.05, 2.0, 90.0, 360.0]))
    west = draw(st.floats(-180, 180) | st.integers(-180, 180).map(float))
    south = draw(st.floats(-90, 90) | st.integers(-90, 90).map(float))
    return BBox(west, south, west + draw(st.floats(0, 1)) * side, south + side / 2)


@st.composite
def tiles(draw: st.DrawFn, box: BBox) -> Tile:
    """Tiles near a box, of any zoom, as most tiles of the world lie far from it."""
    zoom = draw(st.integers(0, MAX_ZOOM))
    lon = draw(st.floats(box.west, box.east))
    lat = min(max(draw(st.floats(box.south, box.north)), -85), 85)
    near, last = tile_at(lon, lat, zoom), 2**zoom - 1
    column, row = near.x + draw(st.integers(-2, 2)), near.y + draw(st.integers(-2, 2))
    return Tile(zoom, min(max(column, 0), last), min(max(row, 0), last))


@st.composite
def geodetic_tiles(draw: st.DrawFn, box: BBox) -> GeodeticTile:
    """The same of the other matrix set, the poles included."""
    level = draw(st.integers(0, MAX_LEVEL))
    near = geodetic_tile_at(
        draw(st.floats(box.west, box.east)), draw(st.floats(box.south, box.north)), level
    )
    column, row = near.x + draw(st.integers(-2, 2)), near.y + draw(st.integers(-2, 2))
    rows = 2**level
    return GeodeticTile(level, min(max(column, 0), 2 * rows - 1), min(max(row, 0), rows - 1))


def shows(box: BBox, tile: AnyTile) -> bool:
    """Whether a box meets the tile with the margin that is drawn around it."""
    bounds = tile.bounds()
    wide = (bounds.east - bounds.west) / 64
    high = (bounds.north - bounds.south) / 64
    return (
        box.west <= bounds.east + wide
        and box.east >= bounds.west - wide
        and box.south <= bounds.north + high
        and box.north >= bounds.south - high
    )


@settings(max_examples=300)
@given(data=st.data(), box=boxes(), others=st.lists(boxes(), max_size=5))
def test_none_is_missed(data: st.DataObject, box: BBox, others: list[BBox]) -> None:
    tile = data.draw(tiles(box) | geodetic_tiles(box))
    assume(shows(box, tile))
    versions = TileVersions(kept_max=data.draw(st.sampled_from([20, 200, 200_000])))
    for other in others:
        versions.add("person", other)
    before = versions.version({"person", "grid"}, tile)
    versions.add("person", box)
    after = versions.version({"person", "grid"}, tile)
    assert after > before
    for other in others:
        versions.add("grid", other)
    assert versions.version({"person", "grid"}, tile) >= after


@given(box=boxes(), zoom=st.integers(0, ZOOM_MAX))
def test_what_shows_at_a_zoom_shows_at_the_lower_ones(box: BBox, zoom: int) -> None:
    west, east, north, south = met(box, zoom)
    above = met(box, max(zoom - 1, 0))
    half = 1 if zoom else 0
    assert above[0] <= west >> half
    assert above[1] >= east >> half
    assert above[2] <= north >> half
    assert above[3] >= south >> half


@dataclass(frozen=True)
class Case:
    box: BBox | None
    kind: str = "event"


@pytest.mark.parametrize(
    "case",
    [
        Case(None),
        Case(BBox(LON, LAT, LON, LAT), "grid"),
        Case(BBox(LON + 1, LAT, LON + 1, LAT)),
        Case(BBox(LON, LAT + 1, LON, LAT + 1)),
    ],
)
def test_a_tile_keeps_its_version_while_others_change(case: Case) -> None:
    versions = TileVersions()
    tile = tile_at(LON, LAT, 14)
    before = versions.version({"event"}, tile)
    versions.add(case.kind, case.box)
    assert versions.version({"event"}, tile) == before


def test_what_may_be_anywhere_is() -> None:
    versions = TileVersions()
    tile = tile_at(LON, LAT, 22)
    versions.add("worker", BBox(-inf, -inf, inf, inf))
    assert versions.version({"worker"}, tile) == 1
    assert versions.version({"event"}, tile) == 0
    versions.add_all()
    assert versions.version({"event"}, tile) == 2


def test_memory_is_bounded() -> None:
    versions = TileVersions(kept_max=500)
    for number in range(1000):
        lon = LON + number / 10
        versions.add("event", BBox(lon, LAT, lon, LAT))
        assert len(versions._touched) + len(versions._within) <= 500
