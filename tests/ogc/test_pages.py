"""Pages of the collections: what others wrote stays text, and people's pages stay private."""

import psycopg
import pytest

from tests.ogc.conformance.reading import Page
from tests.registry.conftest import entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;",
)


async def test_names_stay_text(signed_in: Client, people_url: str) -> None:
    with psycopg.connect(people_url) as conn:
        for number, attack in enumerate(ATTACKS):
            conn.execute(
                "insert into resource (code, kind, name, geom)"
                " values (%s, 'poi', %s, st_point(113.15, 22.05, 4490))",
                [f"X{number} {attack}", attack],
            )
    client = await signed_in("commander")
    answer = await client.get("/collections/pois/items?f=html")
    page = Page(answer.text)
    for number, attack in enumerate(ATTACKS):
        assert attack in page.text
        alone = await client.get("/collections/pois/items", params={"code": f"X{number} {attack}"})
        assert len(alone.json()["features"]) == 1
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not [link for link in page.links if not link.startswith(("/", "http://test/"))]
    assert all(each["src"] for each in page.scripts)
    assert "49{" not in page.text


async def test_what_was_asked_stays_text(signed_in: Client) -> None:
    client = await signed_in("commander")
    for attack in ATTACKS:
        asked = {"f": "html", "filter": f"name <> '{attack.replace(chr(39), chr(39) * 2)}'"}
        answer = await client.get("/collections/pois/items", params=asked)
        assert answer.status_code == 200
        page = Page(answer.text)
        assert not {name for name in page.attributes if name.startswith("on")}
        assert all(each["src"] for each in page.scripts)


async def test_people_s_pages_are_private_masked_and_recorded(
    signed_in: Client, people_url: str
) -> None:
    officer = await signed_in("department_officer")
    for path in ("items", "items/P1"):
        answer = await officer.get(f"/collections/persons/{path}?f=html")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        told = (await officer.get(f"/collections/persons/{path}")).json()
        first = told["features"][0] if "features" in told else told
        page = Page(answer.text)
        assert first["properties"]["name"] in page.text
    assert entries(people_url, "person.list")[0][0] == "ok"
    assert entries(people_url, "person.read")[0][:2] == ("ok", "P1")
    with psycopg.connect(people_url) as conn:
        row = conn.execute("select name from person where code = 'P1'").fetchone()
    assert row
    assert row[0] not in (await officer.get("/collections/persons/items?f=html")).text


async def test_nobody_gets_pages_without_the_right(signed_in: Client) -> None:
    screen = await signed_in("screen")
    for path in ("persons", "persons/items", "persons/items/P1", "persons/queryables"):
        answer = await screen.get(f"/collections/{path}?f=html")
        assert answer.status_code == 403
    page = Page((await screen.get("/collections?f=html")).text)
    assert "人口" not in page.text
    assert "摄像" in page.text


async def test_shapes_are_drawn_in_degrees_alone(signed_in: Client) -> None:
    client = await signed_in("commander")
    path = "/collections/cameras/items?f=html"
    plain = (await client.get(path)).text
    assert 'id="map"' in plain
    for crs in ("3857", "4490"):
        told = (await client.get(f"{path}&crs=http://www.opengis.net/def/crs/EPSG/0/{crs}")).text
        assert 'id="map"' not in told
