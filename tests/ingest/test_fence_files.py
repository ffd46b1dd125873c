"""Geofences from files of each format of geometries."""

from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
import shapely

from tests.ingest.conftest import Loader, rows

TOLD = (
    "select code, name, width_m, hysteresis_m, windows, for_workers, is_active,"
    " geometrytype(geom), st_ndims(geom) from fence order by code"
)
WINDOW = {"weekdays": [1, 2, 5], "from": "08:00", "to": "09:00"}


@pytest.mark.parametrize(
    ("ending", "weekdays"),
    [("gpkg", "1,2,5"), ("fgb", "125"), ("shp", "周一、周二和周五"), ("parquet", [1, 2, 5])],
)
@pytest.mark.filterwarnings("ignore:.*(longer than 10|truncated|Normalized)")
@pytest.mark.usefixtures("district")
def test_a_fence_is_the_same_from_each_format(
    connection: psycopg.Connection,
    load_file: Loader,
    tmp_path: Path,
    ending: str,
    weekdays: str | list[int],
) -> None:
    """A Shapefile has but one kind of shape, and cuts names off after ten letters."""
    connection.execute("insert into worker (id, code, name) values (1, 'W1', '陈')")
    told = {
        "code": ["LINE", "SHAPE"],
        "name": ["巡线", "水域"],
        "width_m": [40.0, None],
        "hysteresis_m": [6.0, 5.5],
        "for_worker_codes": [None, "W1"],
        "is_active": [False, True],
        "weekdays": [None, weekdays],
        "from": [None, "08:00"],
        "to": [None, "09:00"],
    }
    line = shapely.LineString([(113, 22, 5), (113.1, 22.05, 6)])
    box = shapely.force_3d(shapely.box(113, 22, 113.01, 22.01), 7)
    table = gpd.GeoDataFrame(told, geometry=[line, box], crs="EPSG:4490")
    first = 1 if ending == "shp" else 0
    path, table = tmp_path / f"f.{ending}", table.iloc[first:]
    (table.to_parquet if ending == "parquet" else table.to_file)(path)
    assert load_file("fences", path).inserted == 2 - first
    wanted = [
        ("LINE", "巡线", 40, 6, None, None, False, "LINESTRING", 2),
        ("SHAPE", "水域", None, 5.5, [WINDOW], [1], True, "POLYGON", 2),
    ]
    assert rows(connection, TOLD) == wanted[first:]


@pytest.mark.usefixtures("district")
def test_windows_may_be_nested(
    connection: psycopg.Connection, load_file: Loader, tmp_path: Path
) -> None:
    told = {"code": ["F1"], "name": ["x"], "windows": [[WINDOW]]}
    table = gpd.GeoDataFrame(told, geometry=[shapely.box(113, 22, 113.01, 22.01)], crs="EPSG:4490")
    table.to_parquet(tmp_path / "f.parquet")
    assert load_file("fences", tmp_path / "f.parquet").inserted == 1
    assert rows(connection, "select windows from fence") == [([WINDOW],)]
