"""Each collection and each column in each format is what its pages tell, as others read it."""

from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import psycopg
import pyogrio
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis_gov.ogc.crs import GAUSS_KRUGER
from gis_gov.ogc.registered import COLLECTIONS
from tests.ogc.file_readers import READERS, is_told, read_by_gdal
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# Holes, several parts, lists of none, one and more, texts that formats have to quote, and moments
# of less than a second.
TRAPS = """
    insert into area (id, code, name, level, parent_id, geom) values
    (20, '440199001003', '回', 'community', 1, st_geomfromtext(
        'multipolygon(((113.3 22, 113.4 22, 113.4 22.1, 113.3 22.1, 113.3 22),
        (113.32 22.02, 113.32 22.04, 113.34 22.04, 113.34 22.02, 113.32 22.02)),
        ((113.5 22, 113.6 22, 113.5 22.1, 113.5 22)))', 4490));
    insert into grid (id, code, name, area_id, geom)
    select 20, '440199001003101', '回"形", 网格', id, geom from area where code = '440199001003';
    insert into house (id, code, name, kind, floors, height_m, address_id, geom) values
    (20, 'H2', '天井', 'building', 3, 9.5, 1, st_geomfromtext(
        'multipolygon(((113.151 22.051, 113.153 22.051, 113.153 22.053, 113.151 22.053,
        113.151 22.051), (113.1515 22.0515, 113.1515 22.0525, 113.1525 22.0525, 113.1525 22.0515,
        113.1515 22.0515)))', 4490));
    update person set tags = '{涉毒,"a,b","",c、d}' where code = 'P2';
    insert into grid_worker (worker_id, grid_id, valid_from) values (1, 1, '2020-01-01'),
    (1, 2, '2020-01-01');
    update resource set name = '=1+1' where code = 'C1';
    update resource set owner = E'a\\nb' where code = 'O1';
    insert into event (code, title, reported_at) values
    ('V4', '零', '2026-01-01 08:00:00.123+08');
"""


@pytest.fixture
def people_url(people_url: str) -> str:
    with psycopg.connect(people_url) as conn:
        conn.execute(TRAPS)
    return people_url


@pytest.fixture
async def client(signed_in: Client) -> httpx.AsyncClient:
    return await signed_in("commander", "analyst", "grid_worker")


async def taken(client: httpx.AsyncClient, name: str, f: str, crs: str = CRS84) -> httpx.Response:
    answer = await client.get(f"/collections/{name}/items", params={"f": f, "crs": crs})
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-crs"] == f"<{crs}>"
    return answer


def told_equal(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Say whether two have the same rings, wherever these begin and whichever way they go."""
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), 1e-9))


@pytest.mark.parametrize("f", READERS)
async def test_a_file_is_what_the_pages_are(client: httpx.AsyncClient, f: str) -> None:
    for name, collection in COLLECTIONS.items():
        page = (await client.get(f"/collections/{name}/items")).json()["features"]
        file = READERS[f]((await taken(client, name, f)).content)
        assert len(page) > 0
        assert set(file.rows) == {each["id"] for each in page}
        columns = [each.name for each in collection.properties]
        marked = ["exported"] if collection.taken else []
        # What is masked is told of each feature, and is no column.
        listed = [each for each in file.columns if each != "masked"]
        assert sorted(listed) == sorted([*columns, *marked])
        # A feature tells its properties in an order of its own, a table those of its schema.
        assert f == "geojsonseq" or listed == [*columns, *marked]
        for feature in page:
            told, there = file.rows[feature["id"]]
            check_place(there, feature["geometry"], name)
            for column in columns:
                value = feature["properties"][column]
                assert is_told(f, told[column], value), (name, column, told[column], value)
        assert {bool(told.get("exported")) for told, _ in file.rows.values()} == {bool(marked)}


def check_place(there: BaseGeometry | None, told: Any, name: str) -> None:
    if told is None:
        assert there is None
    else:
        assert there is not None
        assert told_equal(there, shape(told)), (name, there, told)


async def test_the_traps_are_there(client: httpx.AsyncClient) -> None:
    """Without them the files would be right for nothing."""
    told = {
        name: {
            each["id"]: each
            for each in (await client.get(f"/collections/{name}/items")).json()["features"]
        }
        for name in ("areas", "grids", "houses", "persons", "workers", "patrols", "events")
    }
    for name, code in (("areas", "440199001003"), ("grids", "440199001003101"), ("houses", "H2")):
        shapes = shapely.get_parts(shape(told[name][code]["geometry"]))
        assert sum(shapely.get_num_interior_rings(shapes)) == 1
    assert told["houses"]["H1-301"]["geometry"]["type"] == "Point"
    tags = {code: each["properties"]["tags"] for code, each in told["persons"].items()}
    assert tags == {"P1": ["涉毒"], "P2": ["涉毒", "a,b", "", "c、d"], "P3": [], "P4": []}
    assert len(told["workers"]["W1"]["properties"]["grid_codes"]) == 2
    assert told["patrols"]["W2-1"]["properties"]["ends_at"] is None
    assert "." in told["events"]["V4"]["properties"]["reported_at"]


@pytest.mark.parametrize("f", READERS)
async def test_a_file_is_in_the_crs_asked_for(client: httpx.AsyncClient, f: str) -> None:
    """As a file it has x before y, and it tells its CRS itself, as others read that."""
    for name in ("grids", "houses", "patrols", "cameras"):
        for epsg in (4326, 4490, 3857, 4547, 4526):
            await check_crs(client, name, f, epsg)


async def check_crs(client: httpx.AsyncClient, name: str, f: str, epsg: int) -> None:
    page = (await client.get(f"/collections/{name}/items")).json()["features"]
    file = READERS[f]((await taken(client, name, f, f"{EPSG}{epsg}")).content)
    assert file.crs is not None
    assert file.crs.to_epsg() == epsg
    source = 4326 if epsg in {4326, 3857} else 4490
    forward = Transformer.from_crs(source, epsg, always_xy=True)

    def convert(at: np.ndarray) -> np.ndarray:
        return np.column_stack(forward.transform(at[:, 0], at[:, 1]))

    tolerance = 2e-7 if epsg in {4326, 4490} else 0.002
    for feature in page:
        _, there = file.rows[feature["id"]]
        if feature["geometry"] is None:
            assert there is None
            continue
        wanted = shapely.normalize(shapely.transform(shape(feature["geometry"]), convert))
        assert there is not None
        assert shapely.equals_exact(shapely.normalize(there), wanted, tolerance), (there, wanted)


@pytest.mark.parametrize("f", READERS)
async def test_every_zone_is_written(client: httpx.AsyncClient, f: str) -> None:
    """The zones far away have no place for what lies here: it has none in the file, too."""
    lon, lat = 113.15, 22.05
    for epsg in GAUSS_KRUGER:
        file = READERS[f]((await taken(client, "cameras", f, f"{EPSG}{epsg}")).content)
        assert file.crs
        assert file.crs.to_epsg() == epsg
        _, there = file.rows["C1"]
        wanted = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
        if there is not None:
            told = shapely.get_coordinates(there)[0]
            assert tuple(told) == pytest.approx(wanted, abs=0.002), epsg
        else:
            west, _, east, _ = CRS(epsg).area_of_use.bounds  # type: ignore[union-attr]
            assert not west <= lon <= east


async def test_what_is_in_crs84_says_nothing_of_it(client: httpx.AsyncClient) -> None:
    """It is what both formats are in unless they say otherwise."""
    sequence = READERS["geojsonseq"]((await taken(client, "cameras", "geojsonseq")).content)
    table = READERS["csv"]((await taken(client, "cameras", "csv")).content)
    assert (sequence.crs, table.crs) == (None, None)


async def test_gdal_reads_a_sequence_s_coordinates_and_not_their_crs(
    client: httpx.AsyncClient,
) -> None:
    """GDAL's driver takes each for WGS 84: the manual says to tell it (docs/qgis.md)."""
    content = (await taken(client, "cameras", "geojsonseq", f"{EPSG}4547")).content
    by_gdal, ours = read_by_gdal(content, "geojsons"), READERS["geojsonseq"](content)
    assert by_gdal.crs
    assert by_gdal.crs.to_epsg() == 4326
    assert {code: each for code, (_, each) in by_gdal.rows.items()} == {
        code: each for code, (_, each) in ours.rows.items()
    }


async def test_gdal_reads_a_csv_with_its_places(
    client: httpx.AsyncClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("csv") / "grids.csv"
    file.write_bytes((await taken(client, "grids", "csv", f"{EPSG}4547")).content)
    frame = pyogrio.read_dataframe(file, GEOM_POSSIBLE_NAMES="geometry", KEEP_GEOM_COLUMNS="NO")
    assert isinstance(frame, gpd.GeoDataFrame)
    assert set(frame["crs"]) == {"EPSG:4547"}
    back = frame.set_crs(4547).to_crs(4490).set_index("code").geometry
    page = (await client.get("/collections/grids/items")).json()["features"]
    for feature in page:
        wanted = shape(feature["geometry"])
        assert shapely.hausdorff_distance(back[feature["id"]], wanted) < 1e-7
