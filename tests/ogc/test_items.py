"""Items of the collections: what each reader gets of which, in what order, in which CRS."""

from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from gis_gov.days import today
from gis_gov.ogc.registered import COLLECTIONS
from tests.accounts.people import slug
from tests.attacks.attacking import codes
from tests.ogc.listing import ids
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio


async def first(client: httpx.AsyncClient, path: str, **asked: str) -> dict[str, Any]:
    answer = await client.get(f"/collections/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_collection_has_its_things(signed_in: Client) -> None:
    client = await signed_in("commander")
    told = (await client.get("/collections")).json()
    assert {each["id"]: await ids(client, each["id"]) for each in told["collections"]} == {
        "areas": ["440199000000", EAST, WEST],
        "grids": [f"{EAST}101", f"{WEST}101"],
        "addresses": ["B1", "R1", "R2"],
        "persons": ["P1", "P2", "P3", "P4"],
        "houses": ["H1", "H1-301"],
        "enterprises": ["E1"],
        "cameras": ["C1", "C2", "C3"],
        "centres": ["G1"],
        "pois": ["O1"],
        "workers": ["W1", "W2"],
        "events": ["V1", "V2", "V3"],
        "positions": ["1", "2"],
        "patrols": ["W1-1", "W2-1"],
    }


async def test_features_have_the_properties_that_are_told(signed_in: Client) -> None:
    client = await signed_in("commander")
    for name, collection in COLLECTIONS.items():
        (feature, *_) = (await client.get(f"/collections/{name}/items")).json()["features"]
        assert set(feature["properties"]) - {"masked"} == set(collection.by_name), name


async def test_a_reader_gets_what_is_in_his_reach(signed_in: Client) -> None:
    supervisor = await signed_in("supervisor", area=EAST)
    assert await ids(supervisor, "persons") == ["P1", "P2"]
    assert await ids(supervisor, "cameras") == ["C1"]  # the other knows faces
    assert await ids(supervisor, "workers") == ["W1"]
    assert await ids(supervisor, "events") == ["V1", "V2"]
    officer = await signed_in("department_officer", department="城管")
    assert await ids(officer, "events") == ["V1", "V3"]
    screen = await signed_in("screen")
    listed = (await screen.get("/collections")).json()["collections"]
    assert [each["id"] for each in listed] == [
        "areas", "grids", "cameras", "centres", "pois", "events",
    ]  # fmt: skip
    for path in ("", "/queryables", "/items", "/items/P1"):
        answer = await screen.get(f"/collections/persons{path}")
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")


async def test_persons_are_told_as_lists_tell_them(signed_in: Client) -> None:
    for role in ("commander", "grid_worker", "department_officer"):
        client = await signed_in(role)
        listed = (await client.get("/persons")).json()["features"]
        page = (await client.get("/collections/persons/items")).json()["features"]
        assert page == listed
        one = (await client.get("/collections/persons/items/P1")).json()
        assert {name: one[name] for name in listed[0]} == listed[0]


async def test_a_worker_s_phone_is_masked_and_the_place_the_last(signed_in: Client) -> None:
    client = await signed_in("analyst")
    assert (await client.get("/collections/workers/items")).status_code == 403
    commander = await signed_in("commander")
    told = await first(commander, "workers/items/W1")
    assert told["geometry"] == {"type": "Point", "coordinates": [113.151, 22.051]}
    assert told["properties"]["seen_at"].startswith("2026-01-05T01:00:00")
    assert (told["properties"]["phone"], told["properties"]["masked"]) == ("138****8000", ["phone"])


async def test_an_event_s_address_is_cut_for_who_may_not_see_rooms(signed_in: Client) -> None:
    analyst, commander = await signed_in("analyst"), await signed_in("commander")
    whole, cut = [
        (await first(client, "events/items/V1"))["properties"]["address"]
        for client in (commander, analyst)
    ]
    assert (whole, cut) == ("东路1号2幢301室", "东路1号2幢")
    assert await ids(analyst, "events", filter="address LIKE '%301%'") == []
    assert await ids(commander, "events", filter="address LIKE '%301%'") == ["V1"]


async def test_what_has_a_life_has_no_end_unless_a_time_is_asked(signed_in: Client) -> None:
    client = await signed_in("analyst")
    old, now = "440199001001999", [f"{EAST}101", f"{WEST}101"]
    assert await ids(client, "grids") == now
    assert await ids(client, "grids", datetime="2025-06-30") == [now[0], old, now[1]]
    assert await ids(client, "grids", datetime="2025-07-01") == now
    assert await ids(client, "grids", datetime="../2019-12-31") == now
    assert (await first(client, f"grids/items/{old}"))["properties"]["valid_to"] == "2025-06-30"


async def test_what_ends_today_is_of_today_and_none_of_those_without_an_end(
    signed_in: Client, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("update grid set valid_to = local_today() where code = %s", [f"{EAST}101"])
        conn.execute("update area set valid_to = local_today() where code = %s", [EAST])
    client, day = await signed_in("analyst"), today()
    assert await ids(client, "grids") == [f"{WEST}101"]
    assert EAST not in await ids(client, "areas")
    for asked in (f"{day}", f"{day}/.."):
        assert await ids(client, "grids", datetime=asked) == [f"{EAST}101", f"{WEST}101"]
        assert EAST in await ids(client, "areas", datetime=asked)
    tomorrow = str(day + timedelta(days=1))
    assert await ids(client, "grids", datetime=tomorrow) == [f"{WEST}101"]
    for name in ("areas", "grids"):
        about = await first(client, name)
        assert "those that have no end, unless another time is asked for" in about["description"]


async def test_events_are_asked_for_by_day_here(signed_in: Client) -> None:
    client = await signed_in("analyst")
    assert await ids(client, "events", datetime="2026-01-31") == ["V2"]
    assert await ids(client, "events", datetime="2026-02-01/..") == ["V2", "V3"]
    assert await ids(client, "events", datetime="2026-01-02T08:00:00+08:00") == ["V1"]
    assert await ids(client, "events", datetime="2026-01-02T08:00:01+08:00") == []


@pytest.mark.parametrize(
    ("datetime", "interval"),
    [
        ("2026-01-31", "'2026-01-31', '2026-01-31'"),
        ("2026-02-01/..", "'2026-02-01', '..'"),
        ("../2026-01-31", "'..', '2026-01-31'"),
        (
            "2026-01-02T08:00:00+08:00/2030-01-01",
            "'2026-01-02T08:00:00+08:00', '2030-01-01'",
        ),
    ],
)
async def test_what_is_still_open_lasts(signed_in: Client, datetime: str, interval: str) -> None:
    """To an interval of properties as to `datetime`."""
    client = await signed_in("analyst")
    lasting = f"T_INTERSECTS(INTERVAL(reported_at, closed_at), INTERVAL({interval}))"
    found = await ids(client, "events", datetime=datetime)
    assert "V2" in found
    assert await ids(client, "events", filter=lasting) == found


async def test_a_property_is_a_parameter(signed_in: Client) -> None:
    client = await signed_in("commander")
    assert await ids(client, "events", state="pending", department="城管") == ["V3"]
    assert await ids(client, "persons", tags="涉毒") == ["P1"]
    assert await ids(client, "persons", birth_year="1949") == ["P1"]
    assert await ids(client, "cameras", azimuth_deg="90.0") == ["C1"]
    assert await ids(client, "events", reported_at="2026-01-31") == ["V2"]
    for asked, fault in (
        ({"birth_year": "old"}, "is no number"),
        ({"stat": "pending"}, "'stat' is not known here"),
        ({"geometry": "x"}, "'geometry' is not known here"),
    ):
        answer = await client.get("/collections/persons/items", params=asked)
        assert answer.status_code == 400
        assert fault in answer.json()["detail"]
    answer = await client.get("/collections/events/items?state=pending&state=closed")
    assert answer.json()["detail"] == "query.state: given 2 times"


async def test_sorted_pages_have_each_item_once(signed_in: Client) -> None:
    client = await signed_in("commander")
    assert await ids(client, "cameras", sortby="-azimuth_deg,name") == ["C1", "C2", "C3"]
    assert await ids(client, "persons", sortby="-birth_year") == ["P1", "P3", "P2", "P4"]
    assert await ids(client, "persons", sortby="birth_year,-code") == ["P3", "P1", "P4", "P2"]
    for sortby in ("birth_year,-code", "-sex", "area_code", "-name,birth_year"):
        whole = await ids(client, "persons", sortby=sortby)
        seen, link = list[str](), f"/collections/persons/items?limit=1&sortby={sortby}"
        while link:
            page = (await client.get(link)).json()
            seen += [feature["id"] for feature in page["features"]]
            assert page["numberMatched"] == 4
            link = next((each["href"] for each in page["links"] if each["rel"] == "next"), "")
        assert seen == whole
    for sortby in ("nobody", "tags", "geometry", "id_number", "a,b,c,d,e,f"):
        answer = await client.get("/collections/persons/items", params={"sortby": sortby})
        assert answer.status_code == 400, sortby


async def test_only_the_properties_asked_for_are_told(signed_in: Client) -> None:
    client = await signed_in("analyst")
    page = await first(client, "events/items", properties="state,code")
    assert page["features"][0]["properties"] == {"code": "V1", "state": "closed"}
    answer = await client.get("/collections/events/items?properties=nothing")
    assert "'nothing' is no property" in answer.json()["detail"]


async def test_what_is_not_there_is_told_so(signed_in: Client) -> None:
    client = await signed_in("commander")
    for path in ("/collections/nothing", "/collections/nothing/items", "/collections/person/items"):
        answer = await client.get(path)
        assert (answer.status_code, slug(answer)) == (404, "unknown-collection")
    answer = await client.get("/collections/grids/items/nothing")
    assert (answer.status_code, slug(answer)) == (404, "not-found")


async def test_reads_of_people_are_in_the_audit(signed_in: Client, people_url: str) -> None:
    client = await signed_in("commander")
    await client.get("/collections/workers/items?limit=1")
    await client.get("/collections/workers/items/W2")
    await client.get("/collections/enterprises/items/none")
    assert entries(people_url, "worker.list")[0][3]["codes"] == ["W1"]
    assert entries(people_url, "worker.read")[0][:2] == ("ok", "W2")
    assert entries(people_url, "enterprise.read")[0][:3] == ("refused", "none", "not-found")


async def test_the_landing_page_is_for_machines_what_the_map_is_for_people(
    signed_in: Client,
) -> None:
    client = await signed_in()
    for asked in ({"params": {"f": "json"}}, {"headers": {"accept": "application/json"}}):
        told = (await client.get("/", **asked)).json()  # type: ignore[arg-type]
        assert {link["rel"] for link in told["links"]} >= {"conformance", "data", "service-desc"}
    page = await client.get("/", headers={"accept": "text/html,application/json;q=0.9"})
    assert page.headers["content-type"].startswith("text/html")


async def test_an_address_that_is_retired_is_told_by_no_way(
    signed_in: Client, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("update address set valid_to = '2020-12-31' where code = 'B1'")
    client = await signed_in("commander")
    for asked in ({}, {"datetime": "2019-06-01"}, {"datetime": "2026-01-01/.."}):
        assert "B1" not in await ids(client, "addresses", **asked)
    assert (await client.get("/collections/addresses/items/B1")).status_code == 404


async def test_a_page_that_ends_at_a_long_value_has_a_next(
    signed_in: Client, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("update resource set name = repeat('长', 250) || code where kind = 'camera'")
    client = await signed_in("commander")
    seen, link = list[str](), "/collections/cameras/items?limit=1&sortby=name"
    while link:
        page = await client.get(link)
        seen += codes(page)
        link = next((each["href"] for each in page.json()["links"] if each["rel"] == "next"), "")
    assert seen == ["C1", "C2", "C3"]
