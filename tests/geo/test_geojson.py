"""GeoJSON accepted, accepted with a warning, or refused with the exact place and reason."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given

from gis_gov.geo.geojson import Feature, GeoJSONError, read_geojson

from .tilings import Polygons, tilings

# Of the set's "bad" files, those that only break a SHOULD: read, with this warning.
WARNED = {
    # 3.1.6: "parsers SHOULD NOT reject Polygons that do not follow the right-hand rule".
    "bad-polygon-interiorring-rhr": "right-hand rule",
    # 11.2 speaks of the size of documents; no precision is forbidden.
    "excessive_precision_truncated": "more than nine decimals",
    # 3.1.8: a collection of a single part SHOULD be avoided.
    "geometrycollection_single": "single geometry",
}
# The others break a MUST, or are no JSON: refused, with this message.
REFUSED = {
    # RFC 8259 calls unique names a SHOULD; but with two types, two readers read two documents.
    "bad-duplicate-properties": 'an object has the member "type" twice',
    "bad-json": "line 3, column 5: not JSON",
    "bad-properties-as-array": "properties: properties are an object or null",
    "badcoordtype": "features[0].geometry.coordinates[0][0][0]: needs an array",
    "badfeatureid": "features[0].id: an id is a string or a number",
    "bbox-contains-string": "bbox: a bbox is an array of 4 or 6 numbers",
    "different-first-last": "coordinates[0]: a ring ends where it begins",
    "false": "geometries[0]: a geometry is an object, not false",
    "featurecollection-obj": "features: a FeatureCollection needs an array of features",
    "featurecollection": "features: a FeatureCollection needs an array of features",
    # 7.1: a geometry MUST NOT have the members that define a feature.
    "geometry_changed_semantics": 'a geometry object must not have the member "geometry" (7.1)',
    "multipoint-multidimension": "coordinates[0][0]: a position has finite numbers only",
    "nofeaturetype": 'features[0].type: needs Feature, has "Featre"',
    "point-labeled-as-a-multipolygon": "geometry.coordinates[0]: needs an array",
    "point-toofew": "coordinates: a position needs two numbers or more, has 1",
    "point": "coordinates: needs an array of numbers",
    "rootstring": "the document is an object, not null",
    "short-linearring": "coordinates[0]: a ring ends where it begins",
    "stringcoord": "features[0].geometry.coordinates[1]: a position has finite numbers only",
}


def test_every_bad_file_is_decided(shared_data: Path) -> None:
    names = {path.stem for path in (shared_data / "geojson-good-bad/bad").iterdir()}
    assert names == WARNED.keys() | REFUSED.keys()
    assert not WARNED.keys() & REFUSED.keys()


@pytest.mark.parametrize("name", WARNED)
def test_what_breaks_a_should_is_read_with_a_warning(shared_data: Path, name: str) -> None:
    document = read_geojson((shared_data / f"geojson-good-bad/bad/{name}.geojson").read_bytes())
    [warning] = document.warnings
    assert WARNED[name] in warning
    [feature] = document.features
    assert feature.geometry is not None
    assert not feature.geometry.is_empty


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_a_must_is_refused_with_place_and_reason(shared_data: Path, name: str) -> None:
    with pytest.raises(GeoJSONError) as refusal:
        read_geojson((shared_data / f"geojson-good-bad/bad/{name}.geojson").read_bytes())
    assert str(refusal.value).startswith(REFUSED[name])


def test_every_good_file_is_read_as_gdal_reads_it(shared_data: Path) -> None:
    paths = sorted((shared_data / "geojson-good-bad/good").iterdir())
    assert len(paths) == 18
    for path in paths:
        ours = [feature.geometry for feature in read_geojson(path.read_bytes()).features]
        theirs = pyogrio.read_dataframe(path)
        geometries = theirs.geometry.to_numpy() if "geometry" in theirs else [None] * len(theirs)
        assert len(ours) == len(geometries)
        for one, other in zip(ours, geometries, strict=True):
            assert (one is None) == (other is None)
            assert one is None or shapely.equals_identical(one, other), path.name


@pytest.mark.parametrize(
    "path",
    [
        "zhtw-towns/towns.geojson",
        "small-grid-polygons/grid_63000040.geojson",
        "shenzhen-grid-and-transit/shanghai_bus71_busline.geojson",
        "cn-cafe-poi/beijing.geojson",
    ],
)
def test_real_files_are_read_whole(shared_data: Path, path: str) -> None:
    document = read_geojson((shared_data / path).read_bytes())
    frame = pyogrio.read_dataframe(shared_data / path)
    ours = np.array([feature.geometry for feature in document.features], dtype=object)
    assert shapely.equals_exact(shapely.force_2d(ours), shapely.force_2d(frame.geometry)).all()


@given(tilings())
def test_what_shapely_writes_is_read_back_identical(polygons: Polygons) -> None:
    oriented = shapely.orient_polygons(polygons)
    features = [
        {"type": "Feature", "geometry": json.loads(text), "properties": None}
        for text in shapely.to_geojson(oriented)
    ]
    document = read_geojson(json.dumps({"type": "FeatureCollection", "features": features}))
    geometries = np.array([feature.geometry for feature in document.features], dtype=object)
    assert shapely.equals_identical(geometries, oriented).all()
    assert not any("right-hand" in warning for warning in document.warnings)


def read(**geometry: object) -> Feature:
    [feature] = read_geojson(json.dumps(geometry)).features
    return feature


@pytest.mark.parametrize(
    "kind", ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
)
def test_empty_coordinates_are_an_empty_geometry(kind: str) -> None:
    feature = read(type=kind, coordinates=[])
    assert feature.geometry is not None
    assert (feature.geometry.geom_type, feature.geometry.is_empty) == (kind, True)


def test_heights_are_kept_only_where_all_have_one() -> None:
    line = read(type="LineString", coordinates=[[113, 23, 5], [114, 24, 6, 99]]).geometry
    assert shapely.get_coordinates(line, include_z=True).tolist() == [[113, 23, 5], [114, 24, 6]]
    mixed = read_geojson('{"type": "LineString", "coordinates": [[113, 23, 5], [114, 24]]}')
    assert not shapely.has_z(mixed.features[0].geometry)
    assert "all heights dropped" in mixed.warnings[0]


def test_warnings_are_counted_and_placed() -> None:
    clockwise = shapely.box(0, 0, 1, 1, ccw=False)
    feature = {"type": "Feature", "geometry": clockwise.__geo_interface__, "properties": {}}
    document = read_geojson(json.dumps({"type": "FeatureCollection", "features": [feature] * 3}))
    assert document.warnings == [
        "features[0].geometry: a ring against the right-hand rule (3.1.6), and 2 more"
    ]


def test_coordinates_off_the_globe_are_read_with_a_warning() -> None:
    [warning] = read_geojson('{"type": "Point", "coordinates": [23.1, 113.3]}').warnings
    assert "latitude beyond 90" in warning


def test_nested_collections_are_read_with_a_warning() -> None:
    point = {"type": "Point", "coordinates": [113, 23]}
    inner = {"type": "GeometryCollection", "geometries": [point, point]}
    document = read_geojson(
        json.dumps({"type": "GeometryCollection", "geometries": [inner, point]})
    )
    assert "within another" in document.warnings[0]
    assert len(shapely.get_coordinates(document.features[0].geometry)) == 3


def test_an_obsolete_crs_member_is_told() -> None:
    name = "urn:ogc:def:crs:EPSG::4490"
    crs = {"type": "name", "properties": {"name": name}}
    text = json.dumps({"type": "Point", "coordinates": [113, 23], "crs": crs})
    assert read_geojson(text).stated_crs == name
    assert (
        read_geojson('{"type": "Point", "coordinates": [113, 23], "crs": null}').stated_crs is None
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff\xfe{", "byte 0: not UTF-8"),
        (b"", "line 1, column 1: not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "NaN is no number"),
        ('{"type": "Point", "coordinates": [1e999, 1]}', "coordinates[0]: a position has finite"),
        ('{"type": "Point", "coordinates": [true, 1]}', "coordinates[0]: a position has finite"),
        ('{"type": "point", "coordinates": [1, 1]}', "type: needs one of FeatureCollection"),
        ('{"type": ["Point"], "coordinates": [1, 1]}', 'has ["Point"]'),
        ('{"type": "LineString", "coordinates": [[1, 1]]}', "two or more positions"),
        ('{"type": "MultiPoint", "coordinates": [[]]}', "coordinates[0]: a position needs two"),
        (
            '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}',
            "coordinates[0]: a ring needs four positions or more, has 3",
        ),
        ('{"type": "Feature", "geometry": null}', 'needs the member "properties"'),
        ('{"type": "Feature", "properties": null}', 'needs the member "geometry"'),
        ('{"type": "Feature", "geometry": null, "properties": null, "id": true}', "id: an id is"),
        (
            '{"type": "Feature", "geometry": null, "properties": null, "features": []}',
            'must not have the member "features"',
        ),
        ('{"type": "GeometryCollection"}', "geometries: a GeometryCollection needs an array"),
    ],
)
def test_refusals_beyond_the_set(text: str | bytes, message: str) -> None:
    with pytest.raises(GeoJSONError) as refusal:
        read_geojson(text)
    assert message in str(refusal.value)


def test_a_byte_order_mark_is_passed_over() -> None:
    text = '{"type": "Point", "coordinates": [113, 23]}'.encode("utf-8-sig")
    assert read_geojson(text).features[0].geometry == shapely.Point(113, 23)
