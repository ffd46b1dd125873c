"""Every format gives the same rows; a file that is cut off is refused."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import Batch, ReadOptions
from gis_gov.ingest.sources.open import open_source

FRAME = gpd.GeoDataFrame(
    {"code": ["a", "b", "c"], "name": ["甲", "乙", "丙"]},
    geometry=np.array([shapely.Point(113, 22), shapely.Point(113.5, 22.5), None]),
    crs="EPSG:4490",
)
WRITERS: dict[str, Callable[[Path], object]] = {
    "f.gpkg": lambda path: FRAME.to_file(path, layer="x", engine="pyogrio"),
    "f.fgb": lambda path: FRAME.to_file(path, engine="pyogrio", SPATIAL_INDEX="NO"),
    "f.shp": lambda path: FRAME.to_file(path, engine="pyogrio", encoding="utf-8"),
    "f.parquet": lambda path: FRAME.to_parquet(path),  # noqa: PLW0108 - it has more arguments
    "f.geojson": lambda path: path.write_text(FRAME.to_crs(4326).to_json(), encoding="utf-8"),
    "f.geojsonl": lambda path: path.write_text(
        "\n".join(json.dumps(f) for f in json.loads(FRAME.to_crs(4326).to_json())["features"])
        + "\n",
        encoding="utf-8",
    ),
}


def read(path: Path, kind: str = "addresses", **told: str) -> tuple[list[Batch], str]:
    with open_source(path, ReadOptions(kind, **told)) as source:
        return list(source.batches()), str(source.datum)


@pytest.mark.parametrize("name", WRITERS)
def test_every_gis_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    (batch,), datum = read(tmp_path / name)
    assert batch.columns.column("code").to_pylist() == ["a", "b", "c"]
    assert batch.columns.column("name").to_pylist() == ["甲", "乙", "丙"]
    assert batch.numbers.tolist() == [1, 2, 3]
    assert batch.geometry is not None
    assert [g and g.wkt for g in batch.geometry] == ["POINT (113 22)", "POINT (113.5 22.5)", None]
    assert datum == ("EPSG:4326" if "json" in name else "EPSG:4490")


@pytest.mark.parametrize("name", [*WRITERS, "f.xlsx"])
def test_file_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    whole = tmp_path / name
    if name in WRITERS:
        WRITERS[name](whole)
    else:
        FRAME.drop(columns="geometry").to_excel(whole, engine="openpyxl")
    data = whole.read_bytes()
    whole.write_bytes(data[: int(len(data) * 0.6)])
    with pytest.raises(LoadError, match=name):
        read(whole)


def test_dbf_cut_off_is_refused(tmp_path: Path) -> None:
    WRITERS["f.shp"](tmp_path / "f.shp")
    dbf = tmp_path / "f.dbf"
    dbf.write_bytes(dbf.read_bytes()[:-100])
    with pytest.raises(LoadError, match=r"f\.dbf: cut off"):
        read(tmp_path / "f.shp")


def test_shapefile_in_a_zip_or_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    folder.mkdir()
    WRITERS["f.shp"](folder / "f.shp")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"inner/{part.name}")
    for path in (folder, tmp_path / "f.zip"):
        (batch,), datum = read(path)
        assert batch.columns.column("name").to_pylist() == ["甲", "乙", "丙"]
        assert datum == "EPSG:4490"


def test_shapefile_without_prj_tells_no_datum(tmp_path: Path) -> None:
    WRITERS["f.shp"](tmp_path / "f.shp")
    (tmp_path / "f.prj").unlink()
    assert read(tmp_path / "f.shp")[1] == "None"


def test_gbk_shapefile_without_cpg(tmp_path: Path) -> None:
    frame = FRAME.assign(name=["番禺区市桥街道", "大北路一百号", "清河东路"])
    frame.to_file(tmp_path / "f.shp", engine="pyogrio", encoding="gb18030")
    (tmp_path / "f.cpg").unlink()
    (batch,), _ = read(tmp_path / "f.shp")
    assert batch.columns.column("name").to_pylist() == [
        "番禺区市桥街道",
        "大北路一百号",
        "清河东路",
    ]


def test_csv_keeps_broken_rows_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('code,name\n1,a\n2\n3,"multi\nline"\n4,b,c\n5,d\n', encoding="utf-8")
    (batch,), _ = read(path)
    assert batch.numbers.tolist() == [2, 4, 6]
    assert batch.columns.column("name").to_pylist() == ["a", "multi\nline", "d"]
    assert [(row.number, row.reason, row.text) for row in batch.broken] == [
        (3, "column_count", "2"),
        (5, "column_count", "4,b,c"),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "f.txt"
    path.write_text(f"code{mark}name\n1{mark}a\n", encoding="utf-8")
    (batch,), _ = read(path)
    assert batch.columns.column_names == ["code", "name"]


@pytest.mark.parametrize(
    "text",
    [
        "code,name\n1,a\n2",
        'code,name\n1,a\n2,"cut',
        'code,name\n1,a\n2,"',
        'code,name\n1,"a\n2,b\n',
    ],
)
def test_csv_cut_off_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LoadError, match=r"f\.csv: cut off .*row [23]"):
        read(path)


def test_csv_without_a_last_line_end_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('code,name\n1,a\n2,"b"', encoding="utf-8")
    (batch,), _ = read(path)
    assert batch.columns.column("name").to_pylist() == ["a", "b"]


def test_json_array_and_member(tmp_path: Path) -> None:
    records = [{"code": "1", "deep": {"a": [1]}}, {"code": "2", "n": 3}, 7]
    for document in (records, {"count": 3, "rows": records}):
        path = tmp_path / "f.json"
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        (batch,), _ = read(path)
        assert batch.columns.to_pylist() == [
            {"code": "1", "deep": '{"a":[1]}', "n": None},
            {"code": "2", "deep": None, "n": 3},
        ]
        assert [row.reason for row in batch.broken] == ["bad_record"]


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, {"a"', '{"type": "FeatureCollection", "features": [', ""]
)
def test_json_cut_off_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LoadError, match=r"f\.json: .*(cut off|empty)"):
        read(path)


def test_json_lines_cut_off_and_broken(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"a": 1}\n{"a": }\n{"a": 2}\n', encoding="utf-8")
    (batch,), _ = read(path)
    assert batch.numbers.tolist() == [1, 3]
    assert [(row.number, row.reason) for row in batch.broken] == [(2, "bad_json")]
    path.write_text('{"a": 1}\n{"a": ', encoding="utf-8")
    with pytest.raises(LoadError, match="cut off in row 2"):
        read(path)


def test_json_lines_are_features_only_if_they_are(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"code": "1", "title": "Feature"}\n', encoding="utf-8")
    assert read(path)[0][0].columns.to_pylist() == [{"code": "1", "title": "Feature"}]
    feature = '{"type": "Feature", "properties": {"code": "1"}, "geometry": null}'
    path.write_text(f"\n{feature}\n", encoding="utf-8")
    (batch,), datum = read(path)
    assert (batch.numbers.tolist(), datum) == ([2], "EPSG:4326")


def test_geojson_sequence_with_record_separators(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": None}
    path = tmp_path / "f.geojsonseq"
    path.write_text(f"\x1e{json.dumps(feature, indent=1)}\n" * 2, encoding="utf-8")
    (batch,), datum = read(path)
    assert batch.columns.to_pylist() == [{"a": 1}, {"a": 1}]
    assert datum == "EPSG:4326"


def test_crs_member_at_the_end_is_honoured(tmp_path: Path) -> None:
    path = tmp_path / "f.geojson"
    name = "urn:ogc:def:crs:EPSG::4549"
    crs = {"type": "name", "properties": {"name": name}}
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [], "crs": crs}), encoding="utf-8"
    )
    assert read(path)[1] == "EPSG:4549"


def test_parquet_in_arrows_own_encoding(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "f.parquet", geometry_encoding="geoarrow")
    (batch,), _ = read(tmp_path / "f.parquet")
    assert batch.geometry is not None
    assert batch.geometry[1].wkt == "POINT (113.5 22.5)"


def test_parquet_that_tells_of_its_geometry_only_beside_the_schema(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "whole.parquet")
    table = pq.read_table(tmp_path / "whole.parquet")
    geo = table.schema.metadata[b"geo"]
    bare = table.replace_schema_metadata(None)
    with pq.ParquetWriter(tmp_path / "f.parquet", bare.schema, store_schema=False) as writer:
        writer.write_table(bare)
        writer.add_key_value_metadata({"geo": geo.decode()})
    (batch,), datum = read(tmp_path / "f.parquet")
    assert batch.geometry is not None
    assert batch.geometry[0].wkt == "POINT (113 22)"
    assert datum == "EPSG:4490"


def test_plain_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"code": ["1"], "tags": [["a", "b"]]}), tmp_path / "f.parquet")
    (batch,), datum = read(tmp_path / "f.parquet")
    assert batch.columns.to_pylist() == [{"code": "1", "tags": ["a", "b"]}]
    assert datum == "None"


@pytest.mark.parametrize(
    ("name", "message"),
    [("no.csv", "no such file"), ("f.docx", "is not read"), ("f.shp", "missing beside it")],
)
def test_what_can_not_be_read(tmp_path: Path, name: str, message: str) -> None:
    if name != "no.csv":
        (tmp_path / name).write_bytes(b"x" * 200)
    with pytest.raises(LoadError, match=message):
        read(tmp_path / name)


def test_layer_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    FRAME.to_file(path, layer="one", engine="pyogrio")
    FRAME.to_file(path, layer="two", engine="pyogrio")
    with pytest.raises(LoadError, match="layers one, two; name the one to load with --layer"):
        read(path)
    assert read(path, layer="two")[0][0].numbers.size == 3
    shutil.copy(path, tmp_path / "g.gpkg")
    FRAME.to_file(tmp_path / "g.gpkg", layer="addresses", engine="pyogrio")
    assert read(tmp_path / "g.gpkg")[0][0].numbers.size == 3
