"""Collections as files: what is in them, who may take them out, and that they are whole."""

import asyncio
import io
from typing import Any

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
from tests.ogc.file_readers import READERS
from tests.registry.conftest import EAST, entries
from tests.signed_in import Client, bearer, client_of, make_key

pytestmark = pytest.mark.anyio


async def taken(client: httpx.AsyncClient, collection: str, f: str, **asked: str) -> httpx.Response:
    return await client.get(f"/collections/{collection}/items", params={"f": f, **asked})


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


@pytest.mark.parametrize("f", READERS)
async def test_more_than_one_piece(signed_in: Client, people_url: str, f: str) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute(MANY)
    client = await signed_in("commander")
    answer = await taken(client, "pois", f, sortby="name")
    assert answer.status_code == 200, answer.text[:300]
    rows = READERS[f](answer.content).rows
    assert rows.keys() == {"O1", *(f"N{n:06}" for n in range(1, 5001))}
    names = [told["name"] for told, _ in rows.values()]
    # FlatGeobuf has its features in the order of its index.
    assert f == "fgb" or names == sorted(names)
    for n in (1, PIECE_ROWS, PIECE_ROWS + 1, 5000):
        told, place = rows[f"N{n:06}"]
        assert told["name"] == f"点{n % 7}"
        assert place is not None
        at = shapely.get_coordinates(place)[0]
        assert tuple(at) == pytest.approx((113.1 + n * 1e-6, 22.05), abs=1e-9)


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
