"""The same events in every format: the same rows in the database, and none anew the second time."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import shapely

from tests.ingest.conftest import Loader, rows

CODES, TITLES = ["E1", "E2", "E3"], ["暴露垃圾", "店外经营", "积水"]
LON, LAT = [113.05, 113.1, 113.15], [22.05, 22.06, 22.07]
TIMES = ["2025-03-01 08:00:00", "2025-03-01 09:30:00", "2025-12-31 23:59:59"]
TABLE = pd.DataFrame({"code": CODES, "title": TITLES, "reported_at": TIMES, "lon": LON, "lat": LAT})
SHAPES = gpd.GeoDataFrame(
    TABLE.drop(columns=["lon", "lat"]).assign(reported_at=pd.to_datetime(TABLE.reported_at)),
    geometry=gpd.points_from_xy(LON, LAT),
    crs="EPSG:4490",
)
RECORDS: list[dict[str, Any]] = TABLE.to_dict("records")  # type: ignore[assignment]
FEATURES = [
    {
        "type": "Feature",
        "properties": {"code": r["code"], "title": r["title"], "reported_at": r["reported_at"]},
        "geometry": {"type": "Point", "coordinates": [r["lon"], r["lat"]]},
    }
    for r in RECORDS
]
QUERY = (
    "select e.code, e.title, (e.reported_at at time zone 'Asia/Shanghai')::text,"
    " round(st_x(e.geom)::numeric, 7)::float8, round(st_y(e.geom)::numeric, 7)::float8, g.name"
    " from event as e left join grid as g on g.id = e.grid_id order by 1"
)


def lines(path: Path, each: list[dict[str, Any]]) -> None:
    path.write_text(
        "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in each), encoding="utf-8"
    )


def xml(path: Path) -> None:
    events = "".join(
        f'<event code="{r["code"]}"><title>{r["title"]}</title><when><reported_at>'
        f"{r['reported_at']}</reported_at></when><place><lon>{r['lon']}</lon>"
        f"<lat>{r['lat']}</lat></place></event>"
        for r in RECORDS
    )
    text = f'<?xml version="1.0" encoding="GBK"?><events>{events}</events>'
    path.write_bytes(text.encode("gb18030"))


def zipped_shapefile(path: Path) -> None:
    folder = path.with_suffix("")
    folder.mkdir()
    # A DBF has dates but no times, and names of ten characters.
    shapes = SHAPES.assign(reported_at=TIMES).rename(columns={"reported_at": "reported"})
    shapes.to_file(folder / "event.shp", engine="pyogrio", encoding="gb18030")
    (folder / "event.cpg").unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"导出/{part.name}")


def wkt(path: Path) -> None:
    points = shapely.to_wkt(shapely.points(LON, LAT))
    TABLE.drop(columns=["lon", "lat"]).assign(geom=points).to_csv(path, index=False)


STATED = {"crs": "EPSG:4490"}
FORMATS: dict[str, tuple[Callable[[Path], Any], dict[str, Any]]] = {
    "e.geojson": (
        lambda path: path.write_text(
            json.dumps({"type": "FeatureCollection", "features": FEATURES}), encoding="utf-8"
        ),
        {},
    ),
    "e.geojsonl": (lambda path: lines(path, FEATURES), {}),
    "e.gpkg": (lambda path: SHAPES.to_file(path, engine="pyogrio"), {}),
    "e.fgb": (lambda path: SHAPES.to_file(path, engine="pyogrio"), {}),
    "e.zip": (zipped_shapefile, {"maps": ("reported_at=reported",)}),
    "e.parquet": (lambda path: SHAPES.to_parquet(path), {}),  # noqa: PLW0108 - it has more arguments
    "plain.parquet": (lambda path: TABLE.to_parquet(path), STATED),  # noqa: PLW0108
    "metres.parquet": (lambda path: SHAPES.to_crs(4547).to_parquet(path), {}),
    "e.csv": (lambda path: TABLE.to_csv(path, index=False, encoding="gb18030"), STATED),
    "bom.csv": (lambda path: TABLE.to_csv(path, index=False, encoding="utf-8-sig"), STATED),
    "wkt.csv": (wkt, STATED),
    "e.xlsx": (lambda path: TABLE.to_excel(path, index=False), STATED),
    "e.xml": (xml, STATED),
    "e.json": (lambda path: path.write_text(json.dumps({"data": RECORDS})), STATED),
    "e.jsonl": (lambda path: lines(path, RECORDS), STATED),
}


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("name", FORMATS)
def test_events_in_every_format(
    connection: psycopg.Connection, load_file: Loader, tmp_path: Path, name: str
) -> None:
    make, told = FORMATS[name]
    path = tmp_path / name
    make(path)
    report = load_file("events", path, **told)
    assert (report.read, report.inserted) == (3, 3)
    expected = [
        (*row[:3], *row[3:], "西" if row[3] <= 113.1 else "东")
        for row in zip(CODES, TITLES, TIMES, LON, LAT, strict=True)
    ]
    assert rows(connection, QUERY) == expected
    before = rows(connection, "select e::text from event as e order by 1")
    again = load_file("events", path, **told)
    assert (again.read, again.unchanged) == (3, 3)
    assert rows(connection, "select e::text from event as e order by 1") == before


@pytest.mark.usefixtures("district")
def test_gpx_has_tracks_and_waypoints(
    connection: psycopg.Connection, load_file: Loader, tmp_path: Path
) -> None:
    track = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><ele>3</ele><time>2025-03-01T00:00:0{at}Z</time></trkpt>'
        for at, (lon, lat) in enumerate(zip(LON, LAT, strict=True))
    )
    path = tmp_path / "早班.gpx"
    path.write_text(
        '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
        f'<wpt lat="22.05" lon="113.05"><name>治理站</name></wpt>'
        f"<trk><trkseg>{track}</trkseg></trk></gpx>",
        encoding="utf-8",
    )
    assert load_file("positions", path).inserted == 3
    assert load_file("resources", path).inserted == 1
    assert load_file("positions", path).unchanged == 3
    assert load_file("resources", path).unchanged == 1
    query = "select device, time::text, altitude_m, st_x(geom) from position order by time limit 1"
    assert rows(connection, query) == [("早班", "2025-03-01 00:00:00+00", 3.0, 113.05)]
    assert rows(connection, "select kind, name, st_y(geom) from resource") == [
        ("poi", "治理站", 22.05)
    ]
