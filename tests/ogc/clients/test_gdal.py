"""GDAL's driver OAPIF, by pyogrio, reads collections as the database has them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely

from tests.ogc.clients.conftest import Reading
from tests.ogc.clients.expected import BOX, CODES, EVENTS_IN_BOX, PENDING, SHAPES
from tests.ogc.clients.listening import listening, queries


@pytest.fixture
def gdal(reading: Reading) -> Iterator[Reading]:
    # The driver writes headers of its own, and GDAL_HTTP_HEADERS does not go along with them.
    key = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": reading.key}
    pyogrio.set_gdal_config_options(key)
    yield reading
    pyogrio.set_gdal_config_options(dict.fromkeys(key))


def read(reading: Reading, collection: str, **asked: object) -> gpd.GeoDataFrame:
    options = {"PAGE_SIZE": asked.pop("page_size", 700), **dict(asked.pop("options", {}))}  # type: ignore[call-overload]
    found = pyogrio.read_dataframe(f"OAPIF:{reading.address}", layer=collection, **asked, **options)
    assert isinstance(found, gpd.GeoDataFrame)
    return found


def test_all_features_are_read_page_by_page(gdal: Reading) -> None:
    listed = {name for name, _ in pyogrio.list_layers(f"OAPIF:{gdal.address}")}
    assert listed == set(gdal.collections)
    for collection in gdal.collections:
        frames: list[gpd.GeoDataFrame] = []

        def codes(name: str = collection, kept: list[gpd.GeoDataFrame] = frames) -> list[str]:
            kept.append(read(gdal, name))
            return list(kept[0]["code"])

        gdal.check(collection, codes)
        crs = frames[0].crs
        assert crs
        assert crs.to_epsg() == 4490  # it asks for the CRS that things are stored in


def test_shapes_are_those_of_the_database(gdal: Reading) -> None:
    for collection, query in SHAPES.items():
        if collection not in gdal.collections:
            continue
        rows = dict(gdal.sql(query))
        found = read(gdal, collection).set_index("code").geometry
        wanted = shapely.from_wkt([rows[code] for code in found.index])
        nowhere = found.isna().to_numpy()
        # An empty geometry is told as none is.
        assert (shapely.is_empty(wanted) | shapely.is_missing(wanted))[nowhere].all()
        there = found[~nowhere].to_numpy()
        assert len(there) > 0
        assert (shapely.hausdorff_distance(there, wanted[~nowhere]) < 1e-6).all(), collection
        holes = [
            shapely.get_num_interior_rings(shapely.get_parts(each)).sum()
            for each in (there, wanted)
        ]
        assert holes[0] == holes[1]


def test_a_box_is_asked_of_the_server(gdal: Reading, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with listening(gdal.address, notes) as address:
        found = read(replace(gdal, address=address), "events", bbox=BOX)
    assert sorted(found["code"]) == gdal.codes(EVENTS_IN_BOX)
    assert any("bbox" in each for each in queries(notes))


def test_a_filter_is_asked_of_the_server(gdal: Reading, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    where = "state = 'pending' AND reported_at >= '2025-06-01T00:00:00+08:00'"
    with listening(gdal.address, notes) as address:
        found = read(replace(gdal, address=address), "events", where=where)
    assert sorted(found["code"]) == gdal.codes(PENDING)
    ((text, language),) = {
        (each["filter"], each["filter-lang"]) for each in queries(notes) if "filter" in each
    }
    assert language == "cql-text"
    assert "state" in text
    assert "reported_at" in text
    assert len(gdal.codes(PENDING)) < len(gdal.codes(CODES["events"]))


def test_another_crs_is_read(gdal: Reading) -> None:
    rows = gdal.sql(
        "select code, st_astext(st_transform(geom, 4549)) from grid where valid_to is null"
    )
    found = read(gdal, "grids", options={"CRS": "EPSG:4549"}).set_index("code").geometry
    assert found.crs
    assert found.crs.to_epsg() == 4549
    for code, wkt in rows:
        assert shapely.hausdorff_distance(found[code], shapely.from_wkt(wkt)) < 0.01


def test_people_are_masked_as_they_are_for_the_reader(gdal: Reading) -> None:
    found = read(gdal, "persons")
    plain = dict(gdal.sql("select code, name from person"))
    named = dict(zip(found["code"], found["name"], strict=True))
    if gdal.codes("select count(*)::text from person") == ["6000"]:
        assert named == plain
    else:
        assert all(
            named[code] != name and named[code][0] == name[0] for code, name in plain.items()
        )
        middles = gdal.sql(
            "select p.code, st_astext(st_centroid(g.geom)) from person as p"
            " join grid as g on g.id = p.grid_id"
        )
        places = found.set_index("code").geometry
        for code, wkt in middles:
            assert places[code].distance(shapely.from_wkt(wkt)) < 1e-3
    assert not found["phone"].dropna().str.fullmatch(r"\d{11}").any()


@pytest.mark.parametrize("chosen", [{}, {"TILEMATRIXSET": "CGCS2000Quad"}])
def test_tiles_are_read_by_ogc_api(gdal: Reading, chosen: dict[str, str]) -> None:
    """By its driver OGCAPI, from the collection's document down to the tiles of a level."""
    source = f"OGCAPI:{gdal.address}/collections/grids"
    options: dict[str, Any] = {"API": "TILES", **chosen}
    found = pyogrio.read_dataframe(source, layer="Zoom level 13", **options)
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs
    assert found.crs.to_epsg() == 4490
    whole = found.dissolve("code").geometry
    assert sorted(whole.index) == gdal.codes(CODES["grids"])
    rows = dict(gdal.sql("select code, st_astext(geom) from grid where valid_to is null"))
    step = 180 / 2**13 / 4096
    for code, wkt in rows.items():
        # Across the edge of a tile there is a seam, as wide as what is drawn beyond it.
        assert whole[code].symmetric_difference(shapely.from_wkt(wkt)).buffer(-3 * step).is_empty
