"""Files as others read them: GDAL, pyarrow, and the standard library for what is text."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

LISTED = "、"
"""What stands between the texts of a list, where a format has texts alone."""


@dataclass(frozen=True)
class Told:
    """What a file tells: its columns without the geometry, its rows by code, and its CRS."""

    columns: list[str]
    rows: Mapping[str, tuple[dict[str, Any], BaseGeometry | None]]
    crs: CRS | None


def read_parquet(content: bytes) -> Told:
    table = pq.read_table(io.BytesIO(content))
    told = json.loads((table.schema.metadata or {})[b"geo"])["columns"]["geometry"]
    rows = table.to_pylist()
    made = {
        row["code"]: (row, shapely.from_wkb(wkb) if (wkb := row.pop("geometry")) else None)
        for row in rows
    }
    assert len(made) == len(rows)
    return Told(table.schema.names[:-1], made, CRS.from_json_dict(told["crs"]))


def read_by_gdal(content: bytes, suffix: str) -> Told:
    """Read row by row: of a FlatGeobuf that ends nowhere GDAL 3.12 makes a broken Arrow table."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"made.{suffix}"
        file.write_bytes(content)
        frame = pyogrio.read_dataframe(file, use_arrow=False)
    assert isinstance(frame, gpd.GeoDataFrame)
    plain = frame.drop(columns="geometry").astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    made = {
        str(row["code"]): ({str(name): value for name, value in row.items()}, place)
        for row, place in zip(rows, frame.geometry, strict=True)
    }
    assert len(made) == len(frame)
    return Told(list(plain.columns), made, frame.crs)


def read_csv(content: bytes) -> Told:
    """Of a CSV all is text; the CRS is that of its column, if it has one."""
    assert content.startswith("\ufeff".encode())
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    rows = list(reader)
    stated = {each.pop("crs") for each in rows} if "crs" in (reader.fieldnames or []) else set()
    made = {
        row["code"]: (row, shapely.from_wkt(wkt) if (wkt := row.pop("geometry")) else None)
        for row in rows
    }
    columns = [each for each in reader.fieldnames or [] if each not in {"geometry", "crs"}]
    assert len(made) == len(rows)
    return Told(columns, made, CRS(stated.pop()) if stated else None)


def read_sequence(content: bytes) -> Told:
    """A record separator, a feature, a line feed, and so on (RFC 8142)."""
    if not content:
        return Told([], {}, None)
    before, *records = content.split(b"\x1e")
    assert before == b""
    assert all(each.endswith(b"\n") for each in records)
    features = [json.loads(each) for each in records]
    assert {each["type"] for each in features} == {"Feature"}
    stated = {each["crs"]["properties"]["name"] for each in features if "crs" in each}
    made = {
        each["id"]: (each["properties"], shape(each["geometry"]) if each["geometry"] else None)
        for each in features
    }
    assert len(made) == len(features)
    columns = list(features[0]["properties"])
    return Told(columns, made, CRS(stated.pop()) if stated else None)


READERS: dict[str, Callable[[bytes], Told]] = {
    "csv": read_csv,
    "geojsonseq": read_sequence,
    "parquet": read_parquet,
    "fgb": lambda content: read_by_gdal(content, "fgb"),
    "gpkg": lambda content: read_by_gdal(content, "gpkg"),
}


def is_told(f: str, told: Any, value: Any) -> bool:
    """Say whether a format tells a page's value: as itself, or as the text that stands for it."""
    if f == "geojsonseq":
        return bool(told == value)
    if value is None:
        return told == ("" if f == "csv" else None)
    if isinstance(value, list):
        return told == (value if f == "parquet" else LISTED.join(value))
    if _is_moment(value):
        moment = datetime.fromisoformat(told) if isinstance(told, str) else told
        # GeoPackage has milliseconds.
        return abs((moment - datetime.fromisoformat(value)).total_seconds()) < 0.001
    if isinstance(told, date):
        return told.isoformat().removesuffix("T00:00:00") == value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return not isinstance(told, bool) and float(told) == value
    if f == "csv" and isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        return told == f"'{value}"
    return told == str(value) if f == "csv" else told == value and type(told) is type(value)


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 18 and value[10:11] == "T"
