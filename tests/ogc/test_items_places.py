"""Items by their place: boxes, shapes and the CRS in which they are asked for and told."""

import json

import psycopg
import pytest
import shapely
from psycopg import sql
from pyproj import Transformer

from tests.accounts.people import slug
from tests.attacks.attacking import codes
from tests.ogc.listing import ids
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.mark.parametrize("epsg", [4326, 4490, 3857, 4549, 4508])
async def test_items_are_told_in_the_crs_asked_for(signed_in: Client, epsg: int) -> None:
    client = await signed_in("commander")
    answer = await client.get(f"/collections/cameras/items/C1?crs={EPSG}{epsg}")
    assert answer.headers["content-crs"] == f"<{EPSG}{epsg}>"
    source = 4326 if epsg in {4326, 3857} else 4490
    expected = Transformer.from_crs(source, epsg).transform(22.05, 113.15)
    assert answer.json()["geometry"]["coordinates"] == pytest.approx(expected, abs=2e-3)
    away = Transformer.from_crs(source, epsg).transform(22.0501, 113.1501)
    low = Transformer.from_crs(source, epsg).transform(22.0499, 113.1499)
    box = ",".join(str(each) for each in (*low, *away))
    assert await ids(client, "cameras", bbox=box, bbox_crs=f"{EPSG}{epsg}") == ["C1"]
    degrees = Transformer.from_crs(source, epsg).transform
    point = " ".join(str(each) for each in degrees(22.05, 113.15))
    near = f"S_DWITHIN(geometry, POINT({point}), 10)"
    assert await ids(client, "cameras", filter=near, filter_crs=f"{EPSG}{epsg}") == ["C1"]


@pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
async def test_a_crs_that_is_not_offered_is_refused(signed_in: Client, name: str) -> None:
    client = await signed_in("analyst")
    for value in (f"{EPSG}32650", "EPSG:4326", "gcj02"):
        answer = await client.get("/collections/grids/items", params={name: value})
        assert (answer.status_code, slug(answer)) == (400, "unknown-crs")


@pytest.mark.parametrize(
    ("bbox", "found"),
    [
        ("113.1,22,113.2,22.1", ["C1", "C2"]),
        ("113.15,22.05,113.15,22.05", ["C1"]),
        ("113.1,22,-10,113.2,22.1,500", ["C1", "C2"]),
        ("113.1,22,-170,22.1", ["C1", "C2"]),
        ("1,2,3", None),
        ("a,b,c,d", None),
        ("22,113,22.1,113.2", None),
        ("113.1,22.1,113.2,22", None),
        ("nan,22,113.2,22.1", None),
    ],
)
async def test_boxes(signed_in: Client, bbox: str, found: list[str] | None) -> None:
    client = await signed_in("commander")
    answer = await client.get("/collections/cameras/items", params={"bbox": bbox})
    if found is None:
        assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    else:
        assert codes(answer) == found


async def test_what_has_no_place_is_in_every_box(signed_in: Client, people_url: str) -> None:
    """Without an address, with one that nobody has placed, and masked where no grid is known."""
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into address (id, code, full_text, level) values (901, 'U1', '某处', 50)"
        )
        conn.execute("insert into person (id, code, name) values (901, 'N1', '甲')")
        for table, code in (("person", "N2"), ("house", "N3"), ("enterprise", "N4")):
            conn.execute(
                sql.SQL(
                    "insert into {} (id, code, name, address_id) values (902, %s, '乙', 901)"
                ).format(sql.Identifier(table)),
                [code],
            )
        conn.execute(
            "insert into resource (code, kind, name, geom) values ('N5', 'camera', '无处', null)"
        )
    commander = await signed_in("commander")
    for box in ("10,10,11,11", "113.1,22,113.2,22.1"):
        far = box.startswith("10")
        assert await ids(commander, "persons", bbox=box) == [
            "N1", "N2", "P4", *([] if far else ["P1", "P2"]),
        ]  # fmt: skip
        assert set(await ids(commander, "houses", bbox=box)) >= {"N3"}
        assert set(await ids(commander, "enterprises", bbox=box)) >= {"N4"}
        assert set(await ids(commander, "addresses", bbox=box)) >= {"U1"}
        assert set(await ids(commander, "cameras", bbox=box)) >= {"N5"}
    officer = await signed_in("department_officer")
    assert await ids(officer, "persons", bbox="10,10,11,11") == ["N1", "N2", "P4"]


@pytest.mark.parametrize("name", ["bbox", "filter"])
async def test_a_box_beyond_all_measure_is_refused(signed_in: Client, name: str) -> None:
    client = await signed_in("commander")
    for far in ("1e300", "1e308"):
        box = f"0,0,{far},1"
        asked = {
            "bbox": {"bbox": box, "bbox-crs": f"{EPSG}3857"},
            "filter": {
                "filter": f"S_INTERSECTS(geometry, BBOX({box}))",
                "filter-crs": f"{EPSG}3857",
            },
        }[name]
        answer = await client.get("/collections/cameras/items", params=asked)
        assert answer.status_code == 400, answer.text


async def test_a_shape_is_not_its_bbox(signed_in: Client) -> None:
    client = await signed_in("commander")
    point = {"type": "Point", "coordinates": [1, 1], "bbox": [113, 22, 114, 23]}
    tree = {"op": "s_intersects", "args": [{"property": "geometry"}, point]}
    asked = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
    assert codes(await client.get("/collections/cameras/items", params=asked)) == []


async def test_rings_go_by_the_right_hand_however_they_are_stored(
    signed_in: Client, people_url: str
) -> None:
    """RFC 7946, 3.1.6; shapefiles have them the other way round."""
    stored = shapely.Polygon(
        [(113.15, 22.05), (113.15, 22.06), (113.16, 22.06), (113.16, 22.05)],
        [[(113.152, 22.052), (113.154, 22.052), (113.154, 22.054), (113.152, 22.054)]],
    )
    assert not stored.exterior.is_ccw
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "update house set geom = st_multi(st_geomfromwkb(%(shape)s, 4490)) where code = 'H1'",
            {"shape": shapely.to_wkb(stored)},
        )
        conn.execute("update grid set geom = st_forcepolygoncw(geom)")
    client = await signed_in("commander")
    for name, code in (("houses", "H1"), ("grids", "440199001001101")):
        for path in (f"items/{code}", "items?limit=1000"):
            answer = (await client.get(f"/collections/{name}/{path}")).raise_for_status().json()
            (told,) = [each for each in answer.get("features", [answer]) if each["id"] == code]
            for part in shapely.get_parts(shapely.from_geojson(json.dumps(told["geometry"]))):
                assert part.exterior.is_ccw, name
                assert not any(hole.is_ccw for hole in part.interiors), name
