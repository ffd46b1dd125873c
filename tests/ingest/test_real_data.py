"""Every real set that has a kind loads as it lies, or is refused with the right reason."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely

from gis_gov.ingest.errors import LoadError
from tests.ingest.conftest import Loader, rows


@pytest.fixture
def data(shared_data: Path) -> Path:
    return shared_data


def test_national_codes(connection: psycopg.Connection, load_file: Loader, data: Path) -> None:
    folder = data / "cn-admin-codes-2023"
    counts = [
        load_file("areas", folder / f"{name}.csv").inserted
        for name in ("provinces", "cities", "areas", "streets", "villages_hangzhou_3301")
    ]
    # Three cities without counties, and one county without streets, have one code for both levels.
    assert counts == [31, 342, 2978 - 3, 41352 - 1, 3320]
    chain = """
        select c.name, p.name, d.name from area as c
        join area as p on p.id = c.parent_id join area as d on d.id = p.parent_id
        where c.code = '330102001051'
    """
    assert rows(connection, chain) == [("清波门社区", "清波街道", "上城区")]
    assert rows(connection, "select count(*) from area where parent_id is null") == [(31,)]
    assert load_file("areas", folder / "streets.csv").unchanged == 41352


def test_streets_alone_are_loaded_without_parents(load_file: Loader, data: Path) -> None:
    report = load_file("areas", data / "cn-admin-codes-2023" / "streets.csv")
    assert report.inserted == 41352
    assert report.findings.found["without_parent"].count == 41352


def test_towns_and_their_statistics_areas(
    connection: psycopg.Connection, load_file: Loader, data: Path
) -> None:
    towns = data / "zhtw-towns" / "towns.geojson"
    assert load_file("areas", towns).inserted == 368
    ((area,),) = rows(connection, "select sum(st_area(geom)) from area")
    assert area == pytest.approx(
        shapely.area(gpd.read_file(towns).geometry.values).sum(), rel=1e-12
    )
    cells = data / "small-grid-polygons" / "grid_63000040.geojson"
    assert load_file("grids", cells).reasons == {"no_area": 1196}
    assert load_file("grids", cells, maps=("area_code=TOWN_ID",)).reasons == {
        "area_not_community": 1196
    }


def test_statistics_areas_as_grids_of_a_community(
    connection: psycopg.Connection, load_file: Loader, data: Path, tmp_path: Path
) -> None:
    cells = data / "small-grid-polygons" / "grid_63000040.geojson"
    frame = gpd.read_file(cells).set_crs(4326, allow_override=True)
    outline = gpd.GeoDataFrame(
        {"code": ["63000040"], "name": ["松山"], "level": ["community"]},
        geometry=[shapely.force_2d(frame.union_all())],
        crs=4326,
    )
    outline.to_file(tmp_path / "community.gpkg", engine="pyogrio")
    assert load_file("areas", tmp_path / "community.gpkg").inserted == 1
    report = load_file("grids", cells, allow_gaps=True)
    assert (report.inserted, report.rejected) == (1196, 0)
    points = np.random.default_rng(1).uniform([121.5, 25.03], [121.58, 25.1], (3000, 2))
    pd.DataFrame(points, columns=["lon", "lat"]).assign(
        full_text=[f"点{n}" for n in range(3000)]
    ).to_csv(tmp_path / "points.csv", index=False)
    load_file("addresses", tmp_path / "points.csv", crs="EPSG:4326")
    joined = gpd.sjoin(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=4326),
        frame.set_geometry(shapely.force_2d(frame.geometry)),
    )
    query = (
        "select g.code, count(*) from address as a join grid as g on g.id = a.grid_id group by 1"
    )
    assert dict(rows(connection, query)) == joined.groupby("CODEBASE").size().to_dict()


def test_gbk_shapefile(connection: psycopg.Connection, load_file: Loader, data: Path) -> None:
    assert load_file("areas", data / "gbk-shapefile-shanghai").inserted == 17
    query = "select name, level from area where code = '310113000000'"
    assert rows(connection, query) == [("宝山区", "district")]


@pytest.mark.parametrize(
    ("kind", "file", "told", "message"),
    [
        ("areas", "beijing-townships", {}, "no column for code of areas"),
        ("areas", "shenzhen-grid-and-transit/sz_districts.geojson", {}, "no column for code"),
        ("grids", "shenzhen-grid-and-transit/sz_grid.shp", {}, "nothing tells the datum"),
        ("grids", "shenzhen-grid-and-transit/sz_grid.shp", {"crs": "wgs84"}, "no column for code"),
        ("resources", "traffic-cameras/cameras.json", {}, "nothing tells the datum"),
        ("events", "zhtw-accidents/2026_a1.csv", {}, "nothing tells the datum"),
        ("areas", "gps-tracks/korita-zbevnica.gpx", {}, "a GPX has positions"),
    ],
)
def test_refused_with_the_reason(
    load_file: Loader, data: Path, kind: str, file: str, told: dict, message: str
) -> None:
    with pytest.raises(LoadError, match=message):
        load_file(kind, data / file, **told)


def test_grid_cells_of_shenzhen_need_a_community(load_file: Loader, data: Path) -> None:
    report = load_file(
        "grids",
        data / "shenzhen-grid-and-transit" / "sz_grid.shp",
        crs="EPSG:4326",
        maps=("code=LONCOL+LATCOL",),
    )
    assert report.reasons == {"no_area": 9005}


def test_company_addresses(connection: psycopg.Connection, load_file: Loader, data: Path) -> None:
    path = data / "cn-addresses" / "addr.csv"
    report = load_file("addresses", path)
    texts = pd.read_csv(path)["原始地址"].str.strip().replace("", None).dropna()
    assert report.read == 18367
    assert report.inserted == texts.nunique()
    assert report.reasons == {"missing_full_text": 18367 - len(texts)}
    again = load_file("addresses", path)
    assert (again.inserted, again.updated) == (0, 0)


def test_cameras_with_direction(
    connection: psycopg.Connection, load_file: Loader, data: Path
) -> None:
    path = data / "traffic-cameras" / "cameras.json"
    assert load_file("resources", path, crs="EPSG:4326").inserted == 2912
    frame = pd.read_json(path)
    expected = (
        frame["direction"].map({"N": 0, "E": 90, "S": 180, "W": 270}).value_counts().to_dict()
    )
    query = "select azimuth_deg, count(*) from resource where azimuth_deg is not null group by 1"
    assert dict(rows(connection, query)) == expected
    kept = (
        "select count(*) from resource where attrs ->> 'direction' = 'Median' and kind = 'camera'"
    )
    assert rows(connection, kept) == [(40,)]


def test_cafes_of_many_files(connection: psycopg.Connection, load_file: Loader, data: Path) -> None:
    files = sorted((data / "cn-cafe-poi").glob("*.geojson"))
    report = load_file("resources", *files)
    assert (report.read, report.inserted) == (339, 339)
    query = "select count(*) from resource where kind = 'poi' and attrs ? '下载速度'"
    assert rows(connection, query)[0][0] > 100


def test_accidents_are_one_event_for_several_parties(
    connection: psycopg.Connection, load_file: Loader, data: Path
) -> None:
    path = data / "zhtw-accidents" / "2026_a1.csv"
    report = load_file("events", path, crs="EPSG:4326")
    # The 909th incident of the table is its two lines of remarks, which have no time.
    assert (report.read, report.inserted, report.unchanged) == (2362, 908, 1452)
    assert report.reasons == {"missing_reported_at": 2}
    parties = "select sum(coalesce(jsonb_array_length(attrs -> 'rows'), 1)) from event"
    assert rows(connection, parties) == [(2360,)]
    again = load_file("events", path, crs="EPSG:4326")
    assert (again.inserted, again.updated) == (0, 0)


def test_service_requests(connection: psycopg.Connection, load_file: Loader, data: Path) -> None:
    path = data / "311-baltimore" / "311_sample.csv"
    report = load_file("events", path, crs="EPSG:4326", timezone="America/New_York")
    assert report.inserted == 10000
    frame = pd.read_csv(path, dtype=str)
    placed = "select count(*) from event where geom is not null"
    assert rows(connection, placed) == [(int(frame["Latitude"].notna().sum()),)]
    closed = "select count(*) from event where state = 'closed'"
    assert rows(connection, closed) == [(int(frame["SRStatus"].str.startswith("Closed").sum()),)]
    local = "select to_char(reported_at at time zone 'America/New_York', 'MM/DD/YYYY HH12:MI:SS AM') from event where code = '18-00269879'"  # noqa: E501
    assert rows(connection, local) == [("04/12/2018 11:11:26 AM",)]
    assert report.findings.found["shared_point"].count > 800


@pytest.mark.parametrize(
    ("file", "inserted", "reasons"),
    [
        ("athens_pneuma_1s.csv", 23293, {}),
        ("liverpool_bus_route14.csv", 1533, {}),
        ("shenzhen_taxi_trips.csv", 10619, {}),
        ("korita-zbevnica.gpx", 513, {"missing_time": 358}),
        ("around-visnjan-with-car.gpx", 104, {}),
        ("cerknicko-without-times.gpx", 5, {"missing_time": 291}),
        # All its points have one and the same time, in 1901.
        ("Mojstrovka.gpx", 1, {"duplicate_key": 183}),
        ("gpx1.0_with_all_fields.gpx", 1, {}),
        ("gpx1.1_with_all_fields.gpx", 1, {}),
    ],
)
def test_tracks(load_file: Loader, data: Path, file: str, inserted: int, reasons: dict) -> None:
    path = data / "gps-tracks" / file
    told = {"crs": "EPSG:4326"} if path.suffix == ".csv" else {}
    report = load_file("positions", path, **told)
    assert (report.inserted, report.reasons) == (inserted, reasons)


def test_buildings_of_gugong(connection: psycopg.Connection, load_file: Loader, data: Path) -> None:
    path = data / "osm-buildings-gugong" / "gugong_buildings.geojson"
    report = load_file("houses", path)
    assert (report.read, report.inserted) == (1227, 1225)
    assert report.reasons == {"invalid_geometry": 2}
    assert report.findings.found["repaired"].count == 2
    query = "select name, height_m, usage from house where code = '8854349'"
    assert rows(connection, query) == [("中和殿", 30.0, None)]


@pytest.mark.parametrize(
    ("kind", "place", "inserted", "incomplete"),
    [
        ("addresses", "helsinki_centre", 1460, 10),
        ("addresses", "monaco", 257, 0),
        ("houses", "helsinki_centre", 446, 54),
        ("houses", "monaco", 1207, 0),
        ("resources", "helsinki_centre", 2191, 17),
        ("resources", "monaco", 1168, 0),
        ("areas", "helsinki_centre", 0, 25),
        ("areas", "monaco", 6, 42),
    ],
)
def test_openstreetmap(
    load_file: Loader, data: Path, kind: str, place: str, inserted: int, incomplete: int
) -> None:
    report = load_file(kind, data / "osm-extracts" / f"{place}.osm.pbf")
    assert (report.inserted, report.reasons["incomplete_geometry"]) == (inserted, incomplete)
    assert report.rejected == incomplete


def test_stops_are_placed_by_their_geometry(
    connection: psycopg.Connection, load_file: Loader, data: Path
) -> None:
    path = data / "shenzhen-grid-and-transit" / "shanghai_bus71_busstop.geojson"
    assert load_file("resources", path).inserted == 49
    frame = gpd.read_file(path)
    expected = sorted(zip(frame.geometry.x, frame.geometry.y, strict=True))
    query = "select st_x(geom), st_y(geom) from resource order by 1, 2"
    assert rows(connection, query) == expected
    assert rows(connection, "select count(*) from resource where attrs ? 'lon'") == [(49,)]
