"""Geofences from files: each shape, each rule, and what a second load changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from shapely import from_wkb

from gis_gov.geo.gcj02 import wgs84_to_gcj02
from gis_gov.geo.measure import distance_m
from tests.ingest.conftest import COMMUNITY, GRIDS, Loader, box, point, rejected, rows

Write = Callable[..., Path]
GeoJSON = Callable[..., Path]
HOME, WEST = COMMUNITY[0]["code"], GRIDS[0][0]["code"]
SQUARE = box(113.01, 22.01, 113.02, 22.02)
LINE = {"type": "LineString", "coordinates": [[113.01, 22.05], [113.05, 22.05]]}
VERSIONS = "select count(*), count(ends_at) from fence_version"
NUMBER = "select last_value + is_called::integer from fence_number"
EVERY_COLUMN = (
    "select code, name, st_astext(geom), width_m, tells, dwell_s, hysteresis_m, windows,"
    " valid_from::text, valid_to::text, for_workers, away_s, alone_s, near_m, near_s, is_active"
    " from fence order by code"
)


@pytest.fixture
def place(district: None, connection: psycopg.Connection) -> None:
    """The district, and two workers."""
    connection.execute(
        "insert into worker (id, code, name) values (1, 'W1', '陈'), (2, 'W2', '林')"
    )


@pytest.mark.usefixtures("place")
def test_one_of_each_shape(
    connection: psycopg.Connection, load_file: Loader, geojson: GeoJSON, write: Write
) -> None:
    drawn = geojson(
        "f.geojson",
        ({"code": "POLYGON", "name": "水域"}, SQUARE),
        ({"code": "CORRIDOR", "name": "巡线", "width_m": 40, "tells": ["cross"]}, LINE),
        ({"code": "GRID", "name": "网格", "grid_code": WEST}, None),
        ({"code": "AREA", "name": "社区", "area_code": HOME[:9] + "001"}, None),
    )
    report = load_file("fences", drawn)
    assert (report.inserted, report.rejected) == (4, 0), report.as_json()
    told = rows(
        connection,
        "select f.code, geometrytype(f.geom), f.width_m, f.tells, g.code, a.code,"
        " f.area_id is not null from fence as f left join grid as g on g.id = f.of_grid_id"
        " left join area as a on a.id = f.of_area_id order by f.code",
    )
    usual = ["enter", "exit"]
    assert told == [
        ("AREA", "MULTIPOLYGON", None, usual, None, HOME, True),
        ("CORRIDOR", "LINESTRING", 40, ["cross"], None, None, True),
        ("GRID", "MULTIPOLYGON", None, usual, WEST, None, True),
        ("POLYGON", "POLYGON", None, usual, None, None, True),
    ]
    assert rows(connection, VERSIONS) == [(4, 0)]
    number = rows(connection, NUMBER)
    assert load_file("fences", drawn).unchanged == 4
    table = write(
        "f.csv", f"围栏编码,围栏名称,网格编码,社区编码\nGRID,网格,{WEST},\nAREA,社区,,{HOME}\n"
    )
    assert load_file("fences", table).unchanged == 2
    assert (rows(connection, VERSIONS), rows(connection, NUMBER)) == ([(4, 0)], number)


@pytest.mark.usefixtures("place")
def test_every_field_in_chinese(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    head = (
        "围栏编码,围栏名称,围栏类型,停留时间,回差,星期,开始时间,结束时间,生效日期,失效日期,工号,"
        "离岗时间,独处时间,最小间距,接近时间,是否启用,备注,geometry\n"
    )
    shape = "POLYGON ((113.01 22.01, 113.02 22.01, 113.02 22.02, 113.01 22.01))"
    row = (
        f"F1,水域,进入 离开、在外,60秒,30米,周一至周五,8:00,18时30分,2026-01-01,2026/12/31,W2;W1,"
        f'600,120,5,10,否,x,"{shape}"\n'
    )
    report = load_file("fences", write("f.csv", head + row), crs="cgcs2000")
    assert report.inserted == 1, rejected(report.rejects_file or Path())
    assert "fences keep nothing but their fields; left out: 备注" in report.findings.notes
    window = {"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:30"}
    connection.execute("set local timezone = 'Asia/Shanghai'")
    (found,) = rows(connection, EVERY_COLUMN)
    assert found[:2] == ("F1", "水域")
    assert found[3:] == (
        None,
        ["enter", "exit", "outside"],
        60,
        30,
        [window],
        "2026-01-01 00:00:00+08",
        "2026-12-31 00:00:00+08",
        [2, 1],
        600,
        120,
        5,
        10,
        False,
    )


@pytest.mark.parametrize(
    ("columns", "values", "windows"),
    [
        (
            "windows",
            '"[{""weekdays"": [7], ""from"": ""22:00"", ""to"": ""06:00""}]"',
            ([7], "22:00"),
        ),
        ("weekdays,from,to", "1 2 3,08:00,18:00", ([1, 2, 3], "08:00")),
        ("weekdays,from,to", "135,08:00,18:00", ([1, 3, 5], "08:00")),
        ("weekdays,from,to", "每天,00:00,00:00", ([1, 2, 3, 4, 5, 6, 7], "00:00")),
        ("weekdays,from,to", "周六、周日,08:00,18:00", ([6, 7], "08:00")),
        ("weekdays,from,to", ",,", None),
    ],
)
@pytest.mark.usefixtures("place")
def test_when_it_counts(
    connection: psycopg.Connection,
    load_file: Loader,
    write: Write,
    columns: str,
    values: str,
    windows: tuple[list[int], str] | None,
) -> None:
    text = f"code,name,grid_code,{columns}\nF1,x,{WEST},{values}\n"
    assert load_file("fences", write("f.csv", text)).inserted == 1
    ((stored,),) = rows(connection, "select windows from fence")
    assert windows == (stored and (stored[0]["weekdays"], stored[0]["from"]))


def test_a_polygon_of_gcj02_lands_within_a_metre(
    connection: psycopg.Connection, load_file: Loader, geojson: GeoJSON
) -> None:
    shifted = [
        [float(number) for number in wgs84_to_gcj02(lon, lat)]
        for lon, lat in SQUARE["coordinates"][0]
    ]
    feature = {"code": "F1", "name": "x"}, {"type": "Polygon", "coordinates": [shifted]}
    assert load_file("fences", geojson("f.geojson", feature), crs="gcj02").inserted == 1
    ((wkb,),) = rows(connection, "select st_asbinary(geom) from fence")
    found = from_wkb(wkb).exterior.coords
    for (lon, lat), (wanted_lon, wanted_lat) in zip(found, SQUARE["coordinates"][0], strict=True):
        assert distance_m(lon, lat, wanted_lon, wanted_lat) < 1


BOW = [[113, 22], [113.1, 22.1], [113.1, 22], [113, 22.1], [113, 22]]
FAR = {"type": "LineString", "coordinates": [[113, 22], [113, 95]]}
SPOT = {"type": "LineString", "coordinates": [[113, 22], [113, 22]]}
REFUSED: list[tuple[dict[str, Any], Any, str, str]] = [
    ({}, None, "missing_geometry", "tell a grid_code, an area_code or a geometry"),
    ({"grid_code": WEST}, SQUARE, "several_shapes", "only one of them"),
    ({"grid_code": WEST, "area_code": HOME}, None, "several_shapes", "grid_code and area_code"),
    ({"width_m": 5}, SQUARE, "bad_width_m", "of a corridor"),
    ({"width_m": 5, "grid_code": WEST}, None, "bad_width_m", "of a corridor"),
    ({}, LINE, "missing_width_m", "tell its width_m"),
    ({"width_m": 10_001}, LINE, "bad_width_m", "less than or equal to 10000"),
    ({"width_m": "breit"}, LINE, "bad_width_m", "width_m: 'breit'"),
    ({"dwell_s": -1}, SQUARE, "bad_dwell_s", "greater than or equal to 0"),
    ({"hysteresis_m": 1_001}, SQUARE, "bad_hysteresis_m", "less than or equal to 1000"),
    ({"away_s": 86_401}, SQUARE, "bad_away_s", "less than or equal to 86400"),
    ({"alone_s": 86_401}, SQUARE, "bad_alone_s", "less than or equal to 86400"),
    ({"near_m": 0}, SQUARE, "bad_near_m", "greater than 0"),
    ({"near_s": -1}, SQUARE, "bad_near_s", "greater than or equal to 0"),
    ({"is_active": "maybe"}, SQUARE, "bad_is_active", "maybe"),
    ({"tells": ["jump"]}, SQUARE, "bad_tells", "jump"),
    ({"code": "围栏"}, SQUARE, "bad_code", "围栏"),
    ({"name": ""}, SQUARE, "missing_name", "name is empty"),
    ({"name": "x" * 256}, SQUARE, "bad_name", "at most 255"),
    ({"grid_code": "NONE"}, None, "unknown_grid", "grid_code NONE"),
    ({"area_code": "NONE"}, None, "unknown_area", "area_code NONE"),
    ({"for_area_code": "NONE"}, SQUARE, "unknown_area", "for_area_code NONE"),
    ({"for_worker_codes": "W1;W3"}, SQUARE, "unknown_worker", "for_worker_codes W3"),
    ({"for_worker_codes": ";"}, SQUARE, "bad_for_worker_codes", "names nobody"),
    ({"for_area_code": HOME, "for_worker_codes": "W1"}, SQUARE, "several_watched", "leave one"),
    (
        {"valid_from": "2026-01-02", "valid_to": "2026-01-02"},
        SQUARE,
        "valid_to_before_valid_from",
        "not later",
    ),
    ({"windows": "[{}]"}, SQUARE, "bad_windows", "windows.0.weekdays: Field required"),
    ({"windows": "x"}, SQUARE, "bad_windows", "no JSON"),
    ({"windows": "[]"}, SQUARE, "bad_windows", "at least 1"),
    ({"weekdays": "1"}, SQUARE, "bad_windows", "from and to not told"),
    ({"weekdays": "8", "from": "08:00", "to": "09:00"}, SQUARE, "bad_weekdays", "1 (Monday)"),
    ({"weekdays": "1", "from": "25:00", "to": "09:00"}, SQUARE, "bad_from", "25:00"),
    ({"weekdays": "1", "from": "08:00:30", "to": "09:00"}, SQUARE, "bad_from", "whole minutes"),
    ({}, point(113, 22), "bad_geometry", "Point, neither a polygon nor a line"),
    ({}, {"type": "Polygon", "coordinates": [BOW]}, "invalid_geometry", "Self-intersection"),
    ({"width_m": 5}, SPOT, "invalid_geometry", "two different points"),
    ({"width_m": 5}, FAR, "bad_coordinates", "lies off the globe"),
    ({}, box(-179.5, 22, -179.4, 22.1), "bad_geometry", "antimeridian"),
]


@pytest.mark.parametrize(("told", "shape", "reason", "detail"), REFUSED)
@pytest.mark.usefixtures("place")
def test_a_row_that_breaks_a_rule_is_refused_alone(
    load_file: Loader,
    geojson: GeoJSON,
    rejects: Path,
    told: dict[str, Any],
    shape: Any,
    reason: str,
    detail: str,
) -> None:
    good = {"code": "GOOD", "name": "x"}, SQUARE
    report = load_file(
        "fences", geojson("f.geojson", good, ({"code": "F1", "name": "x"} | told, shape))
    )
    assert (report.inserted, report.reasons) == (1, {reason: 1}), rejected(rejects)
    (row,) = rejected(rejects)
    assert detail in row["detail"]


@pytest.mark.usefixtures("place")
def test_what_differs_is_changed_and_the_rest_left_alone(
    connection: psycopg.Connection, load_file: Loader, geojson: GeoJSON, write: Write
) -> None:
    first = geojson(
        "f.geojson",
        ({"code": "F1", "name": "a", "dwell_s": 30, "for_worker_codes": "W1"}, SQUARE),
        ({"code": "F2", "name": "b", "width_m": 40, "for_worker_codes": None}, LINE),
    )
    assert load_file("fences", first).inserted == 2
    before = rows(connection, EVERY_COLUMN)
    connection.execute("update fence set updated_at = updated_at")
    # A name alone makes no version.
    assert load_file("fences", write("n.csv", "code,name\nF1,a\nF2,c\n")).updated == 1
    assert rows(connection, VERSIONS) == [(2, 0)]
    assert load_file("fences", write("d.csv", "code,dwell_s\nF1,60\nF2,0\n")).updated == 1
    assert rows(connection, VERSIONS) == [(3, 1)]
    assert load_file("fences", write("a.csv", f"code,for_area_code\nF1,{HOME}\nF2,\n")).updated == 1
    # A corridor that becomes a polygon has no width, a fence that follows a grid no other shape.
    moved = geojson("m.geojson", ({"code": "F2"}, SQUARE))
    assert (load_file("fences", moved).updated, load_file("fences", moved).unchanged) == (1, 1)
    follows = write("g.csv", f"code,grid_code\nF1,{WEST}\nF2,\n")
    assert load_file("fences", follows).updated == 1
    assert load_file("fences", follows).unchanged == 2
    after = rows(connection, EVERY_COLUMN)
    assert [row[3] for row in after] == [None, None]
    assert (after[0][10], after[0][5], after[0][1]) == (None, 60, "a")
    assert (after[1][2], after[1][4:]) == (before[0][2], before[1][4:])
    assert after[0][2].startswith("MULTIPOLYGON")


@pytest.mark.usefixtures("place")
def test_a_code_that_is_retired_is_not_used_again(
    connection: psycopg.Connection, load_file: Loader, geojson: GeoJSON, rejects: Path
) -> None:
    file = geojson("f.geojson", ({"code": "F1", "name": "x"}, SQUARE))
    load_file("fences", file)
    connection.execute("update fence set retired_at = now()")
    assert load_file("fences", file).reasons == {"retired_code": 1}
    assert "give another" in rejected(rejects)[0]["detail"]


@pytest.mark.usefixtures("place")
def test_a_dry_run_leaves_nothing(
    connection: psycopg.Connection, load_file: Loader, geojson: GeoJSON
) -> None:
    number = rows(connection, "select count(*) from fence_version")
    file = geojson("f.geojson", ({"code": "F1", "name": "x"}, SQUARE))
    assert load_file("fences", file, dry_run=True).inserted == 1
    assert rows(connection, "select count(*) from fence") == [(0,)]
    assert rows(connection, "select count(*) from fence_version") == number
    assert rows(connection, "select count(*) from load_run where kind = 'fences'") == [(0,)]


@pytest.mark.usefixtures("place")
def test_two_thousand_at_once_and_one_that_changes(
    connection: psycopg.Connection, load_file: Loader, tmp_path: Path
) -> None:
    def written(changed: int | None) -> Path:
        features = [
            {
                "type": "Feature",
                "properties": {"code": f"F{n}", "name": f"f {n}", "dwell_s": 5 * (n == changed)},
                "geometry": box(113 + n / 20_000, 22, 113 + (n + 1) / 20_000, 22.01),
            }
            for n in range(2_000)
        ]
        path = tmp_path / "fences.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    assert load_file("fences", written(None)).inserted == 2_000
    assert rows(connection, VERSIONS) == [(2_000, 0)]
    number = rows(connection, NUMBER)[0][0]
    report = load_file("fences", written(7))
    assert (report.updated, report.unchanged) == (1, 1_999)
    assert rows(connection, VERSIONS) == [(2_001, 1)]
    assert rows(connection, NUMBER) == [(number + 1,)]
    recorded = rows(connection, "select file_name from load_run where kind = 'fences'")
    assert recorded == [("fences.geojson",)] * 2
