"""A list in few areas has the same pages as ever, and reads little of what lies elsewhere."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from gis_gov.access.actor import Actor
from gis_gov.access.cover import ROWS_MAX, Cover, cover_of
from gis_gov.access.grants import Grant
from gis_gov.access.permissions import Permission
from gis_gov.access.reach import EVERYWHERE, Extent, Reach
from gis_gov.areas.service import CodedPlace
from gis_gov.db.run import compiled
from gis_gov.db.scope import KINDS
from gis_gov.registry.conditions import in_place, listed_in
from gis_gov.registry.queries import houses_page, persons_page
from gis_gov.registry.tables import house, person
from tests.conftest import TestServer

AREAS, EACH = 40, 1000
STREET = range(33, 38)
FILL = """
    insert into area (id, code, name, level, parent_id, path)
    select n + 1, 'A' || n, 'a', case when n = 0 then 'street' else 'community' end,
        case when n > 0 then 1 end, '/1/' || case when n > 0 then (n + 1) || '/' else '' end
    from generate_series(0, %(areas)s) as n;
    insert into {table} (code, {columns}, area_id, grid_id)
    select
        'X' || lpad(n::text, 6, '0'), {values},
        case when n %% 101 <> 0 then 2 + n / %(each)s end, 1 + n / 250
    from generate_series(0, %(areas)s * %(each)s - 1) as n;
"""
TABLES = {
    "person": ("name, person_class", "'p', (array['other', 'service', 'control'])[1 + n %% 3]"),
    "house": ("kind", "(array['building', 'dwelling'])[1 + n %% 2]"),
}


@pytest.fixture(scope="module")
def city_url(postgis: TestServer) -> Iterator[str]:
    """Persons and houses whose codes go area by area, some with a grid but no area."""
    with postgis.database() as url:
        with psycopg.connect(url) as conn, psycopg.ClientCursor(conn) as cursor:
            cursor.execute("set session_replication_role = replica")
            for table, (columns, values) in TABLES.items():
                statement = FILL.format(table=table, columns=columns, values=values)
                if table != "person":
                    statement = statement[statement.index(f"insert into {table}") :]
                cursor.execute(statement, {"areas": AREAS, "each": EACH})  # type: ignore[arg-type]
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("vacuum analyze")
        yield url


@pytest.fixture
def conn(city_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(city_url, autocommit=True) as opened:
        opened.execute("set role gis_gov_app")
        yield opened


def bound_to(conn: psycopg.Connection[Any], actor: Actor) -> None:
    for kind, value in zip(KINDS, actor.scope.values, strict=True):
        conn.execute("select set_config(%s, %s, false)", [f"gis_gov.reach_{kind}", value])


def grant(**limits: Any) -> Grant:
    areas = frozenset(limits.pop("areas", ()))
    return Grant("commander", path="/1/" if areas else None, areas=areas, **limits)


STREET_ONLY = (grant(areas=STREET),)
ACTORS = {
    "street": STREET_ONLY,
    "grid": (grant(grid_id=140),),
    "street and grids": (*STREET_ONLY, grant(grid_id=132), grant(grid_id=7)),
    "some classes": (grant(areas=[35, 36], person_classes=frozenset({"control"})),),
    "classes beside all": (
        *STREET_ONLY,
        grant(areas=[3], person_classes=frozenset({"service"})),
        grant(grid_id=50, person_classes=frozenset({"control"})),
    ),
    "everywhere": (Grant("commander"),),
}
PLACES = {
    "": None,
    "street": CodedPlace(path="/1/", areas=tuple(range(1, AREAS + 2))),
    "community": CodedPlace(path="/1/35/", areas=(35,)),
    "other": CodedPlace(path="/1/3/", areas=(3,)),
    "grid": CodedPlace(grid_id=133),
    "nowhere": CodedPlace(path="/9/", areas=()),
}


def codes(
    conn: psycopg.Connection[Any],
    actor: Actor,
    place: CodedPlace | None,
    *,
    covered: bool,
    kind: str,
) -> list[str]:
    """All codes of a list, page by page."""
    page, table, right = (
        (persons_page, person, Permission.PERSON_READ)
        if kind == "person"
        else (houses_page, house, Permission.HOUSE_READ)
    )
    conditions = [] if place is None else [in_place(table, place)]
    cover = listed_in(actor, right, place) if covered else None
    if cover is not None and covered:
        assert cover.serves(97) or not (cover.areas or cover.grids) or len(cover.areas) > 40
    found: list[str] = []
    while True:
        after: Any = None if not found else (found[-1],) if kind == "person" else found[-1]
        query = page(actor, conditions, limit=97, after=after, cover=cover)
        with conn.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(*compiled(query)).fetchall()
        found += [row["code"] for row in rows]
        if len(rows) < 97 or len(found) > 2000:
            return found


@pytest.mark.parametrize("kind", ["person", "house"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("who", ACTORS)
def test_the_pages_are_the_same(
    conn: psycopg.Connection[Any], who: str, place: str, kind: str
) -> None:
    actor = Actor("test", ACTORS[who])
    bound_to(conn, actor)
    plain = codes(conn, actor, PLACES[place], covered=False, kind=kind)
    assert codes(conn, actor, PLACES[place], covered=True, kind=kind) == plain
    assert plain == sorted(set(plain))


def rows_read(conn: psycopg.Connection[Any], query: Any) -> float:
    """How many rows of persons a query looks at, those that it leaves out included."""
    text, bound = compiled(query)
    explained = conn.execute(b"explain (analyze, format json) " + text.encode(), bound).fetchone()
    assert explained

    def of(node: dict[str, Any]) -> float:
        below = sum(of(each) for each in node.get("Plans", []))
        if node.get("Relation Name") != "person":
            return below
        removed = node.get("Rows Removed by Filter", 0) + node.get(
            "Rows Removed by Index Recheck", 0
        )
        return below + (node["Actual Rows"] + removed) * node["Actual Loops"]

    return of(explained[0][0]["Plan"])


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("after", [None, ("X033500",)])
def test_a_page_of_a_street_reads_no_more_than_it_has(
    conn: psycopg.Connection[Any], after: tuple[str] | None, mode: str
) -> None:
    actor = Actor("test", STREET_ONLY)
    bound_to(conn, actor)
    conn.execute(b"set plan_cache_mode = " + mode.encode())
    cover = listed_in(actor, Permission.PERSON_READ, None)
    query = persons_page(actor, [], limit=101, after=after, cover=cover)
    assert rows_read(conn, query) <= (len(STREET) + 1) * 101
    if after is None:
        assert rows_read(conn, persons_page(actor, [], limit=101)) > 30 * EACH * 0.9


async def test_a_list_over_http(signed_in: Any) -> None:
    for limits in ({"area": "440199001001"}, {"grid": "440199001001101"}):
        client = await signed_in("supervisor", **limits)
        for within in ("440199001001", "440199001001101", "440199000000"):
            for path, expected in (("/persons", ["P1", "P2"]), ("/houses", ["H1", "H1-301"])):
                answer = await client.get(path, params={"within": within, "limit": 1})
                found = [feature["id"] for feature in answer.json()["features"]]
                answer = await client.get(answer.json()["next"])
                found += [feature["id"] for feature in answer.json()["features"]]
                assert found == expected
                assert answer.json()["next"] is None
        answer = await client.get("/persons", params={"within": "440199001002"})
        assert answer.json()["features"] == []


def test_where_a_reach_lies() -> None:
    street = Extent(areas=frozenset({1, 2}), grids=frozenset({7}))
    some = Reach(street, {"control": Extent(areas=frozenset({3}))})
    assert cover_of(some) == Cover(frozenset({1, 2, 3}), frozenset({7}))
    assert cover_of(some, frozenset({2, 3, 4})) == Cover(frozenset({2, 3}), frozenset({7}))
    anywhere = Reach(street, {"control": EVERYWHERE})
    assert cover_of(anywhere) is None
    assert cover_of(anywhere, frozenset({2})) == Cover(frozenset({2}))
    assert cover_of(Reach()) == Cover()


def test_many_areas_are_read_in_the_order_of_the_codes() -> None:
    assert Cover(frozenset(range(ROWS_MAX // 101))).serves(101)
    assert not Cover(frozenset(range(ROWS_MAX // 101 + 1))).serves(101)
    assert not Cover().serves(101)
