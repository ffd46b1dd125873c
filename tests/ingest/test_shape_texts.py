"""Geometries that a table has as text."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import shapely

from gis_gov.ingest.sources.batch import ReadOptions
from gis_gov.ingest.sources.open import open_source
from tests.ingest.conftest import COMMUNITY, GRIDS, Loader, rejected, rows

Write = Callable[..., Path]
POINT = shapely.Point(113, 22)
HEX = shapely.to_wkb(shapely.set_srid(POINT, 4490), hex=True, include_srid=True)


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("POINT (113 22)", "None"),
        ("SRID=4490;POINT(113 22)", "EPSG:4490"),
        (shapely.to_wkb(POINT, hex=True), "None"),
        (HEX, "EPSG:4490"),
        ('"{""type"":""Point"",""coordinates"":[113,22]}"', "None"),
    ],
)
def test_wkt_wkb_and_geojson(write: Write, text: str, datum: str) -> None:
    path = write("a.csv", f"code,GEOM,note\n1,,x\n2,{text},y\n")
    with open_source(path, ReadOptions("addresses")) as source:
        (batch,) = source.batches()
        assert str(source.datum) == datum
    assert batch.columns.column_names == ["code", "note"]
    assert batch.geometry is not None
    assert [shape and shape.wkt for shape in batch.geometry] == [None, "POINT (113 22)"]


def test_a_column_of_other_texts_stays_one(write: Write) -> None:
    path = write("a.csv", "code,shape\n1,round\n2,square\n")
    with open_source(path, ReadOptions("addresses")) as source:
        (batch,) = source.batches()
    assert batch.geometry is None
    assert batch.columns.column_names == ["code", "shape"]


def test_rows_whose_geometry_can_not_be_read_are_refused(
    load_file: Loader, write: Write, rejects: Path
) -> None:
    text = (
        "code,full_text,geom\n1,甲,SRID=4490;POINT(113 22)\n2,乙,POINT(113\n3,丙,\n"
        "4,丁,SRID=4326;POINT(113 22)\n"
    )
    report = load_file("addresses", write("a.csv", text))
    assert (report.read, report.inserted, report.reasons) == (4, 2, {"bad_geometry": 2})
    assert [row["row"] for row in rejected(rejects)] == ["3", "5"]
    assert "乙" in rejected(rejects)[0]["row_text"]


def test_grids_of_a_csv(
    connection: psycopg.Connection, load_file: Loader, geojson: Write, write: Write
) -> None:
    load_file("areas", geojson("areas.geojson", COMMUNITY))
    text = "".join(
        f'{properties["code"]},{properties["name"]},"{shapely.geometry.shape(geometry).wkt}"\n'
        for properties, geometry in GRIDS
    )
    path = write("grids.csv", f"code,name,geometry\n{text}")
    assert load_file("grids", path, crs="EPSG:4490").inserted == 2
    assert load_file("grids", path, crs="EPSG:4490").unchanged == 2
    assert rows(connection, "select count(*) from grid") == [(2,)]
