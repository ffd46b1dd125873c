"""Collections as files: what is in them, who may take them out, and that they are whole."""

import asyncio
import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import orjson
import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest
import shapely
from fastapi import FastAPI

from gis_gov.ogc.export import PIECE_ROWS
from tests.accounts.people import slug
from tests.registry.conftest import EAST, entries
from tests.signed_in import Client, bearer, client_of, make_key

pytestmark = pytest.mark.anyio

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
SUFFIXES = {"parquet": "parquet", "fgb": "fgb", "gpkg": "gpkg"}


async def taken(client: httpx.AsyncClient, collection: str, f: str, **asked: str) -> httpx.Response:
    return await client.get(f"/collections/{collection}/items", params={"f": f, **asked})


def opened(answer: httpx.Response, folder: Path, f: str) -> gpd.GeoDataFrame:
    assert answer.status_code == 200, answer.text[:300]
    file = folder / f"made.{f}"
    file.write_bytes(answer.content)
    return gpd.read_parquet(file) if f == "parquet" else gpd.read_file(file)


@pytest.mark.parametrize("f", SUFFIXES)
async def test_a_file_is_what_the_pages_are(signed_in: Client, tmp_path: Path, f: str) -> None:
    client = await signed_in("commander")
    for collection in ("grids", "persons", "events", "houses", "workers", "patrols"):
        page = (await client.get(f"/collections/{collection}/items")).json()["features"]
        frame = opened(await taken(client, collection, f), tmp_path, f).set_index("code")
        assert set(frame.index) == {each["id"] for each in page}
        for feature in page:
            row = frame.loc[feature["id"]]
            if feature["geometry"] is None:
                assert row.geometry is None
            else:
                wanted = shapely.from_geojson(orjson.dumps(feature["geometry"]))
                assert shapely.equals(shapely.normalize(row.geometry), shapely.normalize(wanted))
            for name, value in feature["properties"].items():
                if name in {"code", "masked", "tags", "grid_codes"}:
                    continue
                assert same(row[name], value), (collection, name)


def same(told: Any, value: Any) -> bool:
    if value is None:
        return bool(pd.isna(told))
    if isinstance(told, pd.Timestamp) or hasattr(told, "isoformat"):
        return pd.Timestamp(told).tz_localize(None) == pd.Timestamp(value).tz_localize(None)
    return told == value


async def test_text_formats(signed_in: Client) -> None:
    client = await signed_in("commander")
    answer = await taken(client, "persons", "csv", sortby="-code", properties="code,name,tags")
    assert answer.headers["content-disposition"] == 'attachment; filename="persons.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    frame = pd.read_csv(io.BytesIO(answer.content), encoding="utf-8-sig", keep_default_na=False)
    assert list(frame.columns) == ["code", "name", "tags", "exported", "geometry"]
    assert list(frame["code"]) == ["P4", "P3", "P2", "P1"]
    assert frame["geometry"][3] == "POINT (113.1512345 22.0554321)"
    assert frame["tags"][3] == "涉毒"
    assert frame["exported"].str.contains("test").all()
    sequence = await taken(client, "persons", "geojsonseq", limit="1")
    records = sequence.content.split(b"\x1e")
    assert records[0] == b""
    told = [orjson.loads(record) for record in records[1:]]
    assert [each["id"] for each in told] == ["P1", "P2", "P3", "P4"]


@pytest.mark.parametrize("f", ["parquet", "gpkg", "fgb"])
async def test_files_are_in_the_crs_asked_for(signed_in: Client, tmp_path: Path, f: str) -> None:
    client = await signed_in("commander")
    frame = opened(await taken(client, "cameras", f, crs=f"{EPSG}4549"), tmp_path, f)
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 4549
    back = frame.to_crs(4490).set_index("code").geometry["C1"]
    assert (shapely.get_x(back), shapely.get_y(back)) == pytest.approx((113.15, 22.05), abs=1e-7)
    for text in ("csv", "geojsonseq"):
        answer = await taken(client, "cameras", text, crs=f"{EPSG}4549")
        assert (answer.status_code, slug(answer)) == (400, "unknown-crs")


async def test_geoparquet_tells_what_it_is(signed_in: Client) -> None:
    client = await signed_in("analyst")
    file = pq.ParquetFile(io.BytesIO((await taken(client, "grids", "parquet")).content))
    told = orjson.loads((file.schema_arrow.metadata or {})[b"geo"])
    assert (told["version"], told["primary_column"]) == ("1.1.0", "geometry")
    assert told["columns"]["geometry"]["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}


async def test_who_may_not_take_tables_out_gets_none(signed_in: Client, people_url: str) -> None:
    worker = await signed_in("grid_worker", area=EAST)
    for f in ("csv", "gpkg", "geojsonseq"):
        answer = await taken(worker, "persons", f)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    assert (await taken(worker, "grids", "csv")).status_code == 200  # where they run is no secret
    supervisor = await signed_in("supervisor", area=EAST)
    answer = await taken(supervisor, "persons", "csv")
    frame = pd.read_csv(io.BytesIO(answer.content), encoding="utf-8-sig")
    assert list(frame["code"]) == ["P1", "P2"]
    ((result, _, _, detail),) = entries(people_url, "person.export")
    assert (result, detail["format"], detail["parameters"]) == ("ok", "csv", ["f"])
    assert frame["exported"][0] == detail["mark"]


MANY = """
    insert into resource (code, kind, name, geom)
    select
        'N' || lpad(n::text, 6, '0'), 'poi', '点' || n % 7, st_point(113.1 + n * 1e-6, 22.05, 4490)
    from generate_series(1, 5000) as n
"""


CROWD = """
    insert into person (code, name)
    select 'N' || lpad(n::text, 6, '0'), '人' from generate_series(1, 5000) as n
"""


@pytest.mark.parametrize("f", ["parquet", "fgb", "csv"])
async def test_more_than_one_piece(
    signed_in: Client, people_url: str, tmp_path: Path, f: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute(MANY)
    client = await signed_in("commander")
    answer = await taken(client, "pois", f, sortby="name")
    if f == "csv":
        frame = pd.read_csv(io.BytesIO(answer.content), encoding="utf-8-sig")
    else:
        frame = opened(answer, tmp_path, f)
    assert len(frame) == 5001
    assert frame["code"].is_unique


async def test_a_right_that_goes_ends_the_file(running: FastAPI, people_url: str) -> None:
    """The first piece is out when the role is taken away; the rest never comes."""
    with psycopg.connect(people_url) as conn:
        conn.execute(CROWD)
    header = bearer(make_key(people_url, "commander"))
    came = bytearray()

    async def send(message: Any) -> None:
        begins = not came
        came.extend(message.get("body", b""))
        if begins and came:
            with psycopg.connect(people_url) as conn:
                conn.execute("delete from role_grant")
            async with client_of(httpx.ASGITransport(running), header) as other:
                for _ in range(500):
                    if (await other.get("/persons")).status_code != 200:
                        break
                    await asyncio.sleep(0.02)

    sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in sent:
            return message
        return await asyncio.Future()  # the client stays

    await running(asking("/collections/persons/items", "f=csv", header), receive, send)
    lines = came.decode("utf-8-sig").splitlines()
    assert 1 < len(lines) <= 2 + PIECE_ROWS
    assert lines[-1].startswith("broken off")
    assert entries(people_url, "person.export")[-1][0] == "refused"


def asking(path: str, query: str, headers: dict[str, str]) -> dict[str, Any]:
    """Make what a server tells an application of a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
