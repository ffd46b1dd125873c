"""A village of which all that can be told apart is, and what pandas makes of its tables."""

from typing import Any

import pandas as pd
import psycopg
from psycopg import sql

from gis_gov.statistics.categories import AGE_BANDS, CATEGORIES
from tests.counting.granted import COMMUNITY, STREET, Grant
from tests.counting.village import LEVELS, THIS_YEAR, write_village

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


def write_told_apart(url: str) -> dict[str, pd.DataFrame]:
    """Write the village into an empty database, and read its tables with codes of places."""
    write_village(url, 5)
    names = ("person", "house", "enterprise", "event", "resource", "grid", "area")
    with psycopg.connect(url) as conn:
        conn.execute(TOLD_APART)
        read = {name: frame(conn, name) for name in names}
        classes = frame(conn, "event_class").set_index("id")["code"]
        homes = frame(conn, "address").set_index("id")["geom"]
    read["event"]["class_code"] = read["event"]["class_id"].map(classes)
    grids, areas = (read.pop(name).set_index("id")["code"] for name in ("grid", "area"))
    for name, table in read.items():
        table["grid"] = table["grid_id"].map(grids)
        table["area"] = table["area_id"].map(areas)
        if name in ("person", "house", "enterprise"):  # they lie at their address
            table["geom"] = table["address_id"].map(homes)
    return read


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
