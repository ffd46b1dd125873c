"""Patrols as a collection: lines with figures, of whom one may follow, and as files."""

import io

import pyarrow.parquet as pq
import pytest
import shapely

from tests.accounts.people import slug
from tests.ogc.listing import ids
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

ITEMS = "/collections/patrols/items"


async def test_one_is_told_with_its_figures_and_line(signed_in: Client) -> None:
    client = await signed_in("commander")
    told = (await client.get(f"{ITEMS}/W1-1")).json()
    assert told["geometry"] == {
        "type": "MultiLineString",
        "coordinates": [
            [[113.15, 22.05], [113.16, 22.06]],
            [[113.16, 22.07], [113.17, 22.07]],
        ],
    }
    properties = told["properties"]
    assert (properties["worker_code"], properties["area_code"]) == ("W1", EAST)
    assert (properties["valid_mileage_m"], properties["own_grid_share"]) == (2900.25, 0.75)
    assert properties["begins_at"] == "2026-01-06T00:00:00+00:00"
    assert (await client.get(f"{ITEMS}/W2-1")).json()["geometry"] is None


async def test_they_are_filtered_by_time_place_and_figures(signed_in: Client) -> None:
    client = await signed_in("commander")
    assert await ids(client, "patrols", datetime="2026-01-06") == ["W1-1"]
    assert await ids(client, "patrols", bbox="113.155,22.04,113.165,22.08") == ["W1-1"]
    assert await ids(client, "patrols", bbox="113.0,22.0,113.1,22.1") == []
    assert await ids(client, "patrols", filter="valid_mileage_m > 1000") == ["W1-1"]
    assert await ids(client, "patrols", worker_code="W2") == ["W2-1"]
    assert await ids(client, "patrols", sortby="-begins_at") == ["W2-1", "W1-1"]


async def test_for_whom(signed_in: Client) -> None:
    for area, codes in ((EAST, ["W1-1"]), (WEST, ["W2-1"])):
        client = await signed_in("supervisor", area=area)
        assert await ids(client, "patrols") == codes
        answer = await client.get(f"{ITEMS}/{'W2-1' if area == EAST else 'W1-1'}")
        assert answer.status_code == 404
    for role in ("analyst", "screen", "editor"):
        answer = await (await signed_in(role)).get(ITEMS)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), role


async def test_as_geoparquet(signed_in: Client, people_url: str) -> None:
    client = await signed_in("supervisor", area=EAST)
    answer = await client.get(ITEMS, params={"f": "parquet"})
    assert answer.status_code == 200, answer.text
    table = pq.read_table(io.BytesIO(answer.content)).to_pydict()
    assert (table["code"], table["duration_s"]) == (["W1-1"], [3600.0])
    # They lead as they were gone.
    assert shapely.get_coordinates(shapely.from_wkb(table["geometry"][0]))[0].tolist() == [
        113.15,
        22.05,
    ]
    assert entries(people_url, "patrol.export")
    # Who may not take tables out is told so.
    answer = await (await signed_in("gateway")).get(ITEMS, params={"f": "parquet"})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
