"""What is sent: schemas, CRS, media types, sizes, names that are none, the rules of the loader."""

from typing import Any, cast

import jsonschema
import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from tests.ogc.writing.conftest import EASTERN, Site, feature
from tests.ogc.writing.people import PERSONS

POIS = "/collections/pois/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
GEOJSON = {"content-type": "application/geo+json"}
WRONG: dict[str, tuple[Any, int, str]] = {
    "an unknown property": (feature(EASTERN, name="x", nmae="y"), 400, "body.properties"),
    "SQL as a property": (
        feature(EASTERN, **{"name": "x", "class) values (1); drop table resource; --": "y"}),
        400,
        "body.properties",
    ),
    "a column that is no property": (
        feature(EASTERN, name="x", stream_url="u"),
        400,
        "body.properties",
    ),
    "the surrogate key": (feature(EASTERN, name="x", id=1), 400, "body.properties"),
    "no name": (feature(EASTERN), 400, "name is empty"),
    "a number as a name": (feature(EASTERN, name=1), 400, "body.properties.name"),
    "a null character": (feature(EASTERN, name="a\0b"), 400, "body.properties.name"),
    "too long a text": (feature(EASTERN, name="x" * 10_001), 400, "body.properties.name"),
    "a slash in a code": (feature(EASTERN, name="x", code="a/b"), 400, "body.properties.code"),
    "no place": (feature([0, 0], name="x"), 400, "no place"),
    "swapped coordinates": (feature([22.06, 113.16], name="x"), 400, "swapped"),
    "a line": (
        {
            **feature(EASTERN, name="x"),
            "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        },
        400,
        "body.geometry",
    ),
    "no geometry": (
        {**feature(EASTERN, name="x"), "geometry": {"type": "Point"}},
        400,
        "body.geometry",
    ),
    "another member": ({**feature(EASTERN, name="x"), "crs": {}}, 400, "body"),
    "a collection": ({"type": "FeatureCollection", "features": []}, 400, "body.type"),
    "a list": ([], 400, "body"),
    "properties that are none": ({**feature(EASTERN), "properties": []}, 400, "body.properties"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_wrong_is_refused_by_its_place(site: Site, what: str) -> None:
    sent, status, where = WRONG[what]
    before = site.execute("select count(*) from resource")
    async with site.editor() as client:
        answer = await client.post(POIS, content=orjson.dumps(sent), headers=GEOJSON)
    assert answer.status_code == status, answer.text
    assert where in answer.json()["detail"]
    assert site.execute("select count(*) from resource") == before


async def test_no_body_of_any_other_kind_is_read(site: Site) -> None:
    async with site.editor() as client:
        for content_type in ("text/csv", "application/xml", ""):
            answer = await client.post(POIS, content=b"{}", headers={"content-type": content_type})
            assert answer.status_code == 415
        large = orjson.dumps(feature(EASTERN, name="x" * 1_100_000))
        assert (await client.post(POIS, content=large, headers=GEOJSON)).status_code == 413
        deep = (
            b'{"type":"Feature","geometry":null,"properties":'
            + b'{"name":' * 900
            + b"1"
            + b"}" * 901
        )
        assert (await client.post(POIS, content=deep, headers=GEOJSON)).status_code == 400
        nested = b'{"geometry":' + b"[" * 900 + b"]" * 900 + b"}"
        answer = await client.patch(f"{POIS}/O1", content=nested, headers=GEOJSON)
        assert answer.status_code in {400, 404}
        half = b'{"type":"Feature","geometry":null,"properties":{"name":"\\ud800"}}'
        assert (await client.post(POIS, content=half, headers=GEOJSON)).status_code == 400
        told = {**GEOJSON, "content-crs": f"<{EPSG}4547777>"}
        answer = await client.post(POIS, content=b"{}", headers=told)
        assert answer.json()["type"] == "urn:gis-gov:problem:unknown-crs"


async def test_the_loaders_rules_hold(site: Site) -> None:
    async with site.editor() as client:
        path = "/collections/cameras/items"
        for wrong in ({"azimuth_deg": 360.5}, {"field_of_view_deg": 0}, {"range_m": -1}):
            answer = await client.post(path, json=feature(EASTERN, name="x", **wrong))
            assert answer.status_code == 400
            assert next(iter(wrong)) in answer.json()["detail"]
        reversed_ = feature(
            EASTERN, title="x", reported_at="2026-02-02T00:00:00Z", closed_at="2026-02-01T00:00:00Z"
        )
        answer = await client.post("/collections/events/items", json=reversed_)
        assert answer.status_code == 400
        patch = {"properties": {"closed_at": "2025-01-01T00:00:00Z"}}
        answer = await client.patch("/collections/events/items/V2", json=patch)
        assert answer.status_code == 400
        unknown = {"properties": {"class_code": "no such class"}}
        answer = await client.patch("/collections/events/items/V2", json=unknown)
        assert answer.json()["detail"].startswith("body.properties.class_code")
        crossed = {
            "type": "Polygon",
            "coordinates": [
                [
                    [113.15, 22.05],
                    [113.16, 22.06],
                    [113.16, 22.05],
                    [113.15, 22.06],
                    [113.15, 22.05],
                ]
            ],
        }
        answer = await client.patch("/collections/houses/items/H1", json={"geometry": crossed})
        assert answer.status_code == 400
        moved = {"geometry": {"type": "Point", "coordinates": EASTERN}}
        answer = await client.patch("/collections/enterprises/items/E1", json=moved)
        assert "address_code" in answer.json()["detail"]


async def test_a_text_too_long_to_be_found_by_is_told(site: Site) -> None:
    """It is no trouble of the server, as PostgreSQL's class of that error would have it."""
    letters = np.random.default_rng(5).integers(0x4E00, 0x9FFF, 2_000)  # they can't be packed
    long = {"properties": {"name": "".join(map(chr, letters))}}
    async with site.registrar("grid_worker") as client:
        answer = await client.patch(f"{PERSONS}/P1", json=long)
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"].startswith("A text of person ")


async def test_what_is_referred_to_is_not_deleted(site: Site) -> None:
    async with site.editor() as client:
        for path in ("addresses/items/B1", "houses/items/H1"):
            answer = await client.delete(f"/collections/{path}")
            assert answer.status_code == 409
            assert answer.json()["type"] == "urn:gis-gov:problem:broken-reference"
    assert ("failed", "broken-reference", None) in site.entries("address.delete", "B1")


async def test_a_footprint_is_kept_whole(site: Site) -> None:
    """A polygon with a hole comes back with it, and is placed by its address all the same."""
    ring = [[113.15, 22.05], [113.152, 22.05], [113.152, 22.052], [113.15, 22.052], [113.15, 22.05]]
    hole = [
        [113.1505, 22.0505],
        [113.1505, 22.0515],
        [113.1515, 22.0515],
        [113.1515, 22.0505],
        [113.1505, 22.0505],
    ]
    sent = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring, hole]},
        "properties": {"name": "天井", "address_code": "B1", "kind": "building"},
    }
    async with site.editor() as client:
        made = await client.post("/collections/houses/items", json=sent)
        assert made.status_code == 201, made.text
        assert made.json()["geometry"] == {"type": "MultiPolygon", "coordinates": [[ring, hole]]}
        none = {**sent, "geometry": None}
        path = made.headers["location"]
        answer = await client.put(path, json=none, headers={"if-match": made.headers["etag"]})
        assert answer.json()["geometry"]["type"] == "Point"  # of its address


def merged(target: Any, patch: Any) -> Any:
    """Merge as RFC 7396 says it, in its own words of pseudo-code."""
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value)
    return made


TEXT = st.none() | st.text("甲乙丙abc1 ", min_size=1, max_size=8).map(str.strip).filter(bool)
PLACE = st.fixed_dictionaries(
    {}, optional={"coordinates": st.sampled_from([[113.11, 22.01], [113.12, 22.02]])}
)
PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.fixed_dictionaries(
            {}, optional={"name": TEXT.filter(bool), "class": TEXT, "owner": TEXT}
        ),
        "geometry": PLACE,
    },
)


async def test_a_patch_is_merged_as_the_rfc_says(site: Site) -> None:
    patches: list[dict[str, Any]] = []

    @settings(max_examples=25, database=None, suppress_health_check=cast("Any", list(HealthCheck)))
    @given(PATCHES)
    def drawn(patch: dict[str, Any]) -> None:
        patches.append(patch)

    drawn()
    async with site.editor() as client:
        made = await client.post(POIS, json=feature(EASTERN, name="x"))
        path, told = made.headers["location"], made.json()
        for patch in patches:
            wanted = merged(told, patch)
            answer = await client.patch(path, json=patch)
            assert answer.status_code == 200, (patch, answer.text)
            told = answer.json()
            assert told["geometry"] == wanted["geometry"]
            for name in ("name", "class", "owner"):
                assert told["properties"][name] == wanted["properties"].get(name)


LON = st.floats(113.101, 113.199).map(lambda x: round(x, 7))
LAT = st.floats(22.001, 22.099).map(lambda y: round(y, 7))


@pytest.mark.parametrize("epsg", [4490, 4326, 3857, 4526, 4547])
async def test_a_point_of_any_crs_lands_where_pyproj_has_it(site: Site, epsg: int) -> None:
    points: list[tuple[float, float]] = []

    @settings(max_examples=12, database=None, suppress_health_check=cast("Any", list(HealthCheck)))
    @given(LON, LAT)
    def drawn(lon: float, lat: float) -> None:
        points.append((lon, lat))

    drawn()
    to = Transformer.from_crs(4326 if epsg in {4326, 3857} else 4490, epsg)  # as the authority says
    async with site.editor() as client:
        for lon, lat in points:
            pair = to.transform(lat, lon)
            told = {"content-crs": f"<{EPSG}{epsg}>"}
            made = await client.post(POIS, json=feature(list(pair), name="x"), headers=told)
            assert made.status_code == 201, made.text
            assert np.allclose(made.json()["geometry"]["coordinates"], (lon, lat), atol=1.01e-7)
            there = await client.get(made.headers["location"], params={"crs": f"{EPSG}{epsg}"})
            same = {**there.json(), "properties": made.json()["properties"]}
            back = await client.put(
                made.headers["location"], json=same, headers={**told, "if-match": "*"}
            )
            assert back.headers["etag"] == made.headers["etag"]
            assert (await client.delete(made.headers["location"])).status_code == 204


@pytest.mark.parametrize(
    "name",
    [
        "cameras",
        "centres",
        "pois",
        "events",
        "addresses",
        "houses",
        "enterprises",
        "persons",
        "workers",
    ],
)
async def test_what_is_told_fits_the_schema_and_can_be_sent_back(site: Site, name: str) -> None:
    async with site.client("editor", "registrar", "commander", "grid_worker") as client:
        schema = (await client.get(f"/collections/{name}/schema")).json()
        body = (await client.get(f"/collections/{name}/schema?type=replace")).json()
        jsonschema.Draft202012Validator.check_schema(schema)
        items = (await client.get(f"/collections/{name}/items")).json()["features"]
        assert items
        for each in items:
            jsonschema.validate(each, body, jsonschema.Draft202012Validator)
            answer = await client.put(
                f"/collections/{name}/items/{each['id']}", json=each, headers={"if-match": "*"}
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["properties"] == each["properties"]


async def test_prefer_minimal_answers_without_a_body(site: Site) -> None:
    minimal = {"prefer": "return=minimal"}
    async with site.editor() as client:
        made = await client.post(POIS, json=feature(EASTERN, name="x"), headers=minimal)
        assert (made.status_code, made.content) == (201, b"")
        assert made.headers["preference-applied"] == "return=minimal"
        path = made.headers["location"]
        for answer in (
            await client.patch(path, json={"properties": {"name": "y"}}, headers=minimal),
            await client.put(
                path, json=feature(EASTERN, name="z"), headers={**minimal, "if-match": "*"}
            ),
        ):
            assert (answer.status_code, answer.content) == (204, b"")
            assert answer.headers["etag"]
        assert (await client.get(path)).json()["properties"]["name"] == "z"
