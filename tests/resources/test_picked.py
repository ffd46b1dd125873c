"""What a filter picks around a place: what its lists pick, by what they tell and to whom."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from shapely.geometry import LineString, box, mapping

from gis_gov.app import create_app
from tests.accounts.people import slug
from tests.conftest import TestServer
from tests.signed_in import Client, clients_of, unhurried

pytestmark = pytest.mark.anyio

WEST, SOUTH = 113.30, 22.94
MIDDLE = (113.315, 22.955)
EAST_AREA = "440199001001"
WORLD = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东', 'community',
     st_multi(st_makeenvelope(113.315, 22.90, 113.36, 22.99, 4490))),
    (2, '440199001002', '西', 'community',
     st_multi(st_makeenvelope(113.28, 22.90, 113.315, 22.99, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '01', name, id, geom from area;
    insert into resource (code, kind, name, class, owner, range_m, geom)
    select
        'R' || n, (array['camera', 'centre', 'poi'])[1 + n %% 3], '物' || n %% 10,
        (array['bullet', 'dome', 'it''s', 'face', null])[1 + n / 3 %% 5],
        (array['公安', '城管', null])[1 + n / 2 %% 3],
        case when n %% 3 = 0 then nullif(n %% 7, 0) * 20 end, st_point(lon[n], lat[n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 240) as n;
    insert into worker (code, name, kind, organisation, area_id)
    select
        'W' || n, '员', (array['full', 'part'])[1 + n / 2 %% 2],
        (array['东所', '西所', null])[1 + n %% 3], 1 + n %% 2
    from generate_series(1, 40) as n;
    insert into position (device, time, worker_id, geom)
    select 'd' || w.id, now(), w.id, st_point(lon[w.id], lat[w.id], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p, worker as w;
    insert into address (code, full_text, level, geom)
    select 'A' || n, '路' || n || '号', 50, st_point(lon[240 + n], lat[240 + n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 60) as n;
    insert into enterprise (code, name, category, risk_class, contact_name, address_id)
    select
        'E' || id, '厂', (array['餐饮', '化工', null])[1 + id %% 3],
        (array['high', 'low'])[1 + id %% 2], '王某', id
    from address;
"""


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    random = np.random.default_rng(31)
    lon, lat = random.uniform(WEST, WEST + 0.03, 300), random.uniform(SOUTH, SOUTH + 0.03, 300)
    with postgis.database() as made:
        with psycopg.connect(made) as conn:
            told = {"lon": lon.tolist(), "lat": lat.tolist()}
            for statement in WORLD.split(";\n"):
                if statement.strip():
                    conn.execute(statement, told)  # pyright: ignore[reportArgumentType]
        yield made


@pytest.fixture(scope="module")
async def app(url: str) -> AsyncIterator[FastAPI]:
    made = create_app(unhurried().with_database(url))
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: FastAPI, url: str) -> AsyncIterator[Client]:
    async with clients_of(app, url) as give:
        yield give


async def around(site: Any, kinds: str, **asked: Any) -> dict[str, Any]:
    where = {
        "lon": MIDDLE[0], "lat": MIDDLE[1], "limit": 1000, "kinds": kinds, "on_shift": False,
    }  # fmt: skip
    answer = await site.get("/nearby", params={**where, "radius": 1200, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes(found: dict[str, Any]) -> list[str]:
    return [each["properties"]["code"] for each in found["features"]]


Met = Callable[[dict[str, Any]], bool]
FILTERS: list[tuple[str, str, Met]] = [
    ("camera", "class = 'dome' AND owner = '公安'",
     lambda p: (p["class"], p["owner"]) == ("dome", "公安")),
    ("camera", "range_m >= 60", lambda p: (p["range_m"] or 0) >= 60),
    ("camera,poi", "class IS NULL", lambda p: p["class"] is None),
    ("camera,centre,poi", "name LIKE '物3%' OR class = 'it''s'",
     lambda p: p["name"] == "物3" or p["class"] == "it's"),
    ("poi", "NOT owner IN ('公安', '城管')", lambda p: p["owner"] not in {None, "公安", "城管"}),
    ("worker", "kind = 'part' AND organisation = '东所'",
     lambda p: (p["worker_kind"], p["organisation"]) == ("part", "东所")),
    ("worker,camera", "code LIKE '%2'", lambda p: p["code"].endswith("2")),
    ("enterprise", "category = '化工' AND risk_class = 'high'",
     lambda p: (p["category"], p["risk_class"]) == ("化工", "high")),
    ("enterprise,centre", "code > 'E2'", lambda p: p["code"] > "E2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "text", "met"), FILTERS, ids=[f"{kinds}-{text}" for kinds, text, _ in FILTERS]
)
@pytest.mark.parametrize("place", [{}, {"area": EAST_AREA}], ids=["all", "east"])
async def test_it_picks_what_is_told_of(
    client: Client, kinds: str, text: str, met: Met, place: dict[str, str]
) -> None:
    """Counts and rings too, and in the same order."""
    site = await client("supervisor", **place)
    every = await around(site, kinds)
    found = await around(site, kinds, filter=text)
    wanted = [each["properties"] for each in every["features"] if met(each["properties"])]
    assert codes(found) == [each["code"] for each in wanted]
    for kind in kinds.split(","):
        count = sum(each["kind"] == kind for each in wanted)
        assert found["counts"][kind] == count
        assert sum(ring["counts"][kind] for ring in found["rings"]) == count
    if "IN (" not in text:
        assert 0 < len(wanted) < len(every["features"])


async def test_the_nearest_that_are_picked(client: Client) -> None:
    site = await client("supervisor")
    every = await around(site, "camera,poi", radius=2000)
    found = await site.get(
        "/nearby",
        params={
            "lon": MIDDLE[0], "lat": MIDDLE[1], "kinds": "camera,poi", "k": 3,
            "filter": "class = 'dome'",
        },
    )  # fmt: skip
    told = [each["properties"] for each in every["features"]]
    domes = {
        kind: [each["code"] for each in told if (each["kind"], each["class"]) == (kind, "dome")][:3]
        for kind in ("camera", "poi")
    }
    assert sorted(codes(found.json())) == sorted([*domes["camera"], *domes["poi"]])


@pytest.mark.parametrize(
    "shape", [LineString([(113.301, 22.951), (113.328, 22.96)]), box(113.30, 22.94, 113.32, 22.96)]
)
async def test_around_a_shape_and_as_json(client: Client, shape: Any) -> None:
    site = await client("supervisor")
    body = {"geometry": mapping(shape), "radius_m": 300, "kinds": ["camera", "poi"], "limit": 1000}
    every = (await site.post("/nearby", json=body)).json()
    wanted = [
        each["properties"]["code"]
        for each in every["features"]
        if each["properties"]["owner"] == "城管"
    ]
    tree = '{"op": "=", "args": [{"property": "owner"}, "城管"]}'
    for query in ({"filter": "owner = '城管'"}, {"filter": tree, "filter-lang": "cql2-json"}):
        found = await site.post("/nearby", json=body, params=query)
        assert codes(found.json()) == wanted
    assert 0 < len(wanted) < len(every["features"])


async def test_it_limits_beside_the_others(client: Client) -> None:
    site = await client("supervisor")
    found = await around(
        site, "enterprise,worker", risk_classes="high", max_age_s=86400, filter="code LIKE '%1'"
    )
    firms = await around(site, "enterprise", risk_classes="high")
    workers = await around(site, "worker")
    wanted = {code for code in codes(firms) + codes(workers) if code.endswith("1")}
    assert set(codes(found)) == wanted


async def test_what_was_just_written_is_picked(client: Client, url: str) -> None:
    site = await client("supervisor")
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into resource (code, kind, name, owner, geom)"
            " values ('NEW', 'poi', '新', '新来', st_point(%s, %s, 4490))",
            MIDDLE,
        )
    try:
        assert codes(await around(site, "poi", filter="owner = '新来'")) == ["NEW"]
    finally:
        with psycopg.connect(url) as conn:
            conn.execute("delete from resource where code = 'NEW'")


async def test_a_filter_tells_no_more_than_the_lists(client: Client) -> None:
    supervisor = await client("supervisor")
    assert codes(await around(supervisor, "camera", filter="class = 'face'")) == []
    commander = await client("commander")
    assert codes(await around(commander, "camera", filter="class = 'face'"))
    screen = await client("screen")
    for kind in ("worker", "enterprise"):
        where = {"lon": 113.31, "lat": 22.95, "kinds": kind, "filter": "code = 'W1'"}
        assert (await screen.get("/nearby", params=where)).status_code == 403


@pytest.mark.parametrize(
    ("kinds", "text", "says"),
    [
        ("camera,enterprise", "range_m > 1", "of a enterprise"),
        ("camera", "colour = 'red'", "of a camera"),
        ("camera", "class = ", "of a camera"),
        ("worker", "phone = '13800138000'", "of a worker"),
        ("worker", "A_CONTAINS(grid_codes, ('g1'))", "of a worker"),
        ("worker", "area_code = '440199001002'", "of a worker"),
        ("camera", "range_m ^ 100000 > 1", ""),
    ],
)
async def test_what_is_no_filter_is_a_problem(
    client: Client, kinds: str, text: str, says: str
) -> None:
    site = await client("supervisor")
    where = {"lon": MIDDLE[0], "lat": MIDDLE[1], "kinds": kinds, "filter": text}
    answer = await site.get("/nearby", params=where)
    assert (answer.status_code, slug(answer)) == (400, "invalid-filter"), answer.text
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("kinds", "filtered", "kind"),
    [
        ("camera", True, None),
        ("enterprise", False, None),
        ("enterprise", True, "enterprise"),
        ("camera,worker", True, "worker"),
    ],
)
async def test_who_is_looked_for_is_recorded(
    client: Client, url: str, kinds: str, filtered: bool, kind: str | None
) -> None:
    """A filter finds out who works in an enterprise, which nearby itself does not tell."""

    def recorded() -> list[Any]:
        with psycopg.connect(url) as conn:
            query = "select object_kind from audit where action = 'nearby.read' order by number"
            return [row[0] for row in conn.execute(query)]

    before = recorded()
    await around(
        await client("supervisor"), kinds, **({"filter": "code <> 'x'"} if filtered else {})
    )
    assert recorded()[len(before) :] == ([] if kind is None else [kind])


async def test_no_fault_of_a_row_that_one_may_not_see_is_told(client: Client, url: str) -> None:
    """Else a filter that fails on it alone would say that it is there, and what it is like."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into resource (code, kind, name, range_m, geom)"
            " values ('FAR', 'camera', '远', 1000, st_point(113.3149, 22.955, 4490))"
        )
    where = {"lon": MIDDLE[0], "lat": MIDDLE[1], "kinds": "camera", "filter": "range_m ^ 103 > 1"}
    try:
        east = await (await client("supervisor", area=EAST_AREA)).get("/nearby", params=where)
        assert east.status_code == 200, east.text
        assert "FAR" not in codes(east.json())
        everywhere = await (await client("supervisor")).get("/nearby", params=where)
        assert slug(everywhere) == "invalid-filter"
    finally:
        with psycopg.connect(url) as conn:
            conn.execute("delete from resource where code = 'FAR'")
