"""Each category of each measure, and each of its values, against what pandas counts of the rows."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pandas as pd
import psycopg
import pytest
from psycopg import sql

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.statistics.categories import AGE_BANDS, CATEGORIES
from tests.conftest import TestServer
from tests.counting.granted import COMMUNITY, STREET, Grant, ask
from tests.counting.village import LEVELS, THIS_YEAR, write_village
from tests.signed_in import client_of

PATH = "/statistics/categories"
GRANTS = (Grant("commander"), Grant("supervisor", STREET), Grant("supervisor", COMMUNITY))
# How each category is read from the tables, by nothing that the server reads it by.
COLUMNS = {
    ("persons", "sex"): "sex",
    ("persons", "person_class"): "person_class",
    ("houses", "kind"): "kind",
    ("houses", "usage"): "usage",
    ("enterprises", "category"): "category",
    ("enterprises", "risk_class"): "risk_class",
    ("events", "class"): "class_code",
    ("events", "state"): "state",
    ("events", "level"): "level",
    ("events", "source"): "source",
    ("events", "department"): "department",
    ("cameras", "class"): "class",
    ("centres", "class"): "class",
    ("pois", "class"): "class",
}
TABLES = {"persons": "person", "houses": "house", "enterprises": "enterprise", "events": "event"}
EVERY = [(layer, name) for layer, known in CATEGORIES.items() for name in known]
ALWAYS_KNOWN = {("persons", "sex"), ("persons", "person_class"), ("houses", "kind")}
TOLD_APART = """
    insert into event_dictionary (code, name) values ('old', 'x'), ('new', 'x');
    -- A code of both dictionaries, and one of each.
    insert into event_class (dictionary_id, code, name)
    select d.id, c.code, 'x'
    from event_dictionary as d
    inner join (values ('old', '0101'), ('old', '0102'), ('new', '0101'), ('new', '0203'))
        as c (dictionary, code) on c.dictionary = d.code;
    update event set
        class_id = (
            select c.id
            from event_class as c
            inner join event_dictionary as d on c.dictionary_id = d.id
            where d.code in ('old', 'new')
            order by c.id
            offset event.id % 5
            limit 1
        ),
        state = (array['pending', 'accepted', 'handling', 'verifying', 'closed', 'rejected',
            'suspended', null])[1 + id % 7],
        level = (array['grid', 'community', 'street', 'district', null])[1 + id % 5],
        source = (array['patrol', 'hotline 12345', 'camera, "AI"', null])[1 + id % 4];
    update house set usage = (array['residential', '商业', 'it''s mixed', '', null])[1 + id % 5];
    update enterprise set
        category = (array['catering', '化工', 'school', null])[1 + id % 4],
        risk_class = (array['high', 'middle', 'low', null])[1 + id % 3 + id % 2];
    insert into resource (code, kind, name, class, geom)
    select
        k.kind || a.id, k.kind, 'x',
        case
            when k.kind = 'camera' then (array['bullet', 'dome', 'face', null])[1 + a.id % 4]
            else (array['警务室', 'school', 'it''s "mixed"', null])[1 + (a.id + k.n) % 4]
        end,
        case when a.id % 9 <> 4 then a.geom end
    from address as a
    cross join (values ('camera', 0), ('centre', 2), ('poi', 4)) as k (kind, n);
"""


@pytest.fixture(scope="module")
def tables(postgis: TestServer) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """A village of which all that can be told apart is, and its tables with codes of places."""
    with postgis.database() as url:
        write_village(url, 5)
        with psycopg.connect(url) as conn:
            conn.execute(TOLD_APART)
            read = {
                name: frame(conn, name)
                for name in ("person", "house", "enterprise", "event", "resource", "grid", "area")
            }
            classes = frame(conn, "event_class").set_index("id")["code"]
        read["event"]["class_code"] = read["event"]["class_id"].map(classes)
        grids, areas = (read.pop(name).set_index("id")["code"] for name in ("grid", "area"))
        for table in read.values():
            table["grid"] = table["grid_id"].map(grids)
            table["area"] = table["area_id"].map(areas)
        yield url, read


@pytest.fixture(scope="module")
async def told_apart(
    tables: tuple[str, dict[str, pd.DataFrame]],
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings().with_database(tables[0]))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), client_of(transport) as opened:
        yield opened


def frame(conn: psycopg.Connection[Any], table: str) -> pd.DataFrame:
    found = conn.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))
    return pd.DataFrame(
        found.fetchall(), columns=[column.name for column in found.description or ()]
    )


def things_of(read: dict[str, pd.DataFrame], layer: str, grant: Grant) -> pd.DataFrame:
    if layer in TABLES:
        things = read[TABLES[layer]]
    else:
        resources = read["resource"]
        things = resources[resources["kind"] == layer[:-1]]
    if layer == "cameras" and grant.role == "supervisor":
        things = things[things["class"] != "face"]  # only a commander knows where those are
    return things[things["area"].fillna("").str.startswith(grant.place)]


def values_of(things: pd.DataFrame, layer: str, name: str) -> "pd.Series[Any]":
    if name == "age_band":
        values = things["birth_date"].map(lambda born: None if born is None else band_of(born.year))
    else:
        values = things[COLUMNS[layer, name]]
    return values.astype(object).where(values.notna(), None)


def band_of(year: int) -> str:
    (band,) = (
        f"{first}+" if last is None else f"{first}-{last}"
        for first, last in AGE_BANDS
        if first <= THIS_YEAR - year <= (last or 999)
    )
    return band


def units_of(things: pd.DataFrame, level: str | None) -> list[str | None]:
    if level == "grid":
        return [code if isinstance(code, str) else None for code in things["grid"]]
    if level is None:
        return [None] * len(things)
    length = LEVELS[level]
    return [
        code[:length] if isinstance(code, str) and len(code) >= length else None
        for code in things["area"]
    ]


def told_of(found: dict[str, Any], *names: str) -> dict[tuple[Any, ...], int]:
    told = {
        (row.get("code"), *(row[name] for name in names)): row["count"] for row in found["rows"]
    }
    assert len(told) == len(found["rows"])
    return told


def test_the_columns_are_all_there_are() -> None:
    assert {*COLUMNS, ("persons", "age_band")} == set(EVERY)


@pytest.mark.parametrize(("layer", "name"), EVERY, ids=str)
def test_each_has_several_values_and_an_unknown_one(
    tables: tuple[str, dict[str, pd.DataFrame]], layer: str, name: str
) -> None:
    """Lest the comparisons below compare nothing."""
    values = values_of(things_of(tables[1], layer, GRANTS[0]), layer, name)
    assert values.dropna().nunique() >= 2
    never_unknown = (layer, name) in ALWAYS_KNOWN or name == "state"
    assert values.isna().any() != never_unknown


@pytest.mark.parametrize("level", [None, "grid", "community", "district"])
@pytest.mark.parametrize("grant", GRANTS, ids=str)
@pytest.mark.parametrize(("layer", "name"), EVERY, ids=str)
async def test_each_value_of_each_category_is_what_pandas_counts(
    told_apart: httpx.AsyncClient,
    tables: tuple[str, dict[str, pd.DataFrame]],
    layer: str,
    name: str,
    grant: Grant,
    level: str | None,
) -> None:
    url, read = tables
    asked = {"measure": layer, "by": name, **({"level": level} if level else {})}
    found = await ask(told_apart, PATH, grant.key(url), **asked)
    things = things_of(read, layer, grant)
    wanted = Counter(zip(units_of(things, level), values_of(things, layer, name), strict=True))
    assert told_of(found, name) == dict(wanted)
    assert found["total"] == len(things) > 0


@pytest.mark.parametrize("layer", [layer for layer, known in CATEGORIES.items() if len(known) > 1])
@pytest.mark.parametrize("level", [None, "grid"])
async def test_all_categories_of_a_measure_at_once(
    told_apart: httpx.AsyncClient,
    tables: tuple[str, dict[str, pd.DataFrame]],
    layer: str,
    level: str | None,
) -> None:
    url, read = tables
    names = list(CATEGORIES[layer])
    asked = {"measure": layer, "by": ",".join(names), **({"level": level} if level else {})}
    found = await ask(told_apart, PATH, GRANTS[0].key(url), **asked)
    things = things_of(read, layer, GRANTS[0])
    columns = [values_of(things, layer, name) for name in names]
    wanted = Counter(zip(units_of(things, level), *columns, strict=True))
    assert told_of(found, *names) == dict(wanted)
