"""A dwelling and a person loaded with coordinates are at home in a room, as any other."""

from pathlib import Path

import psycopg
import pytest

from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from tests.sealed import SEALER
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

FILES = (
    ("houses", "code,name,kind,lon,lat\nD,東樓301,dwelling,113.15,22.05\n"),
    ("persons", "code,姓名,address_code,lon,lat\nP8,钱七,house:D,,\nP9,孙八,,113.15,22.05\n"),
)
ADDRESSES = ("house:D", "person:P9")


@pytest.fixture
def loaded_url(people_url: str, tmp_path: Path) -> str:
    with psycopg.connect(people_url, autocommit=True) as conn:
        for table in ("address", "house"):  # which hold rows with numbers of their own
            conn.execute("select setval(pg_get_serial_sequence(%s, 'id'), 100)", [table])
        for kind, text in FILES:
            path = tmp_path / f"{kind}.csv"
            path.write_text(text, encoding="utf-8")
            report = load(kind, [path], LoadOptions.told(crs="EPSG:4490"), conn, SEALER)
            assert report.rejected == 0
    return people_url


@pytest.mark.usefixtures("loaded_url")
async def test_the_room_is_for_those_who_may_see_rooms(signed_in: Client) -> None:
    officer, commander = await signed_in("department_officer"), await signed_in("commander")
    for code, address in zip(("P8", "P9"), ADDRESSES, strict=True):
        plain = (await commander.get(f"/persons/{code}")).json()["properties"]
        assert plain["address_code"] == address
        told = (await officer.get(f"/persons/{code}")).json()["properties"]
        assert told["address_code"] is None
        assert {"address", "address_code"} <= set(told["masked"])
        assert "301" not in told["address"]


@pytest.mark.usefixtures("loaded_url")
async def test_nobody_is_found_by_a_room_that_may_not_be_seen(signed_in: Client) -> None:
    officer, commander = await signed_in("department_officer"), await signed_in("commander")
    for code, address in zip(("P8", "P9"), ADDRESSES, strict=True):
        asked = {"address_code": address}
        found = (await commander.get("/persons", params=asked)).json()["features"]
        assert [feature["id"] for feature in found] == [code]
        assert (await officer.get("/persons", params=asked)).json()["features"] == []
