"""Addresses for houses, persons and enterprises that come with a point of their own, or a text.

A thing is placed by its address (design decision 8). One that comes with coordinates only makes an
address of the lowest level, whose code starts with the thing's kind: that of a room, for all but
buildings. One that comes with a text only gets the address whose full text, or alias, is the same.
"""

from psycopg import sql

from gis_gov.ingest.report import Report
from gis_gov.ingest.stage import Stage

_ROOM = sql.SQL("62")
# Where a file does not tell the kind of a house, the house keeps the one that it has.
_OF_HOUSE = sql.SQL("""
    case coalesce(s.kind, (select h.kind from house as h where h.code = s.code))
        when 'dwelling' then 62 else 50
    end
""")
_LEVELS = {"house": _OF_HOUSE, "person": _ROOM, "enterprise": _ROOM}
_TEXT = sql.SQL("coalesce(s.address_text, s.name, s.code)")
# An address is read by more people than the persons there are: it names none of them.
_TEXTS = {
    "house": _TEXT,
    "person": sql.SQL("coalesce(s.address_text, s.code)"),
    "enterprise": _TEXT,
}
_KEEP_KNOWN = sql.SQL("""
    update stage as s set address_code = a.code
    from {table} as t inner join address as a on a.id = t.address_id
    where t.code = s.code and s.address_code is null
""")
_MATCH = """
    with matched as (
        select distinct on (s.file, s.row) s.file, s.row, a.code
        from stage as s
        inner join address as a on a.full_text = s.address_text
        where s.address_code is null and s.place_geom is null
        order by s.file, s.row, a.code
    )

    update stage as s set address_code = m.code
    from matched as m
    where m.file = s.file and m.row = s.row
"""
_MATCH_ALIAS = """
    with alias as (
        select distinct on (u.text) u.text, a.code
        from address as a cross join lateral unnest(a.aliases) as u (text)
        order by u.text, a.code
    )

    update stage as s set address_code = a.code
    from alias as a
    where s.address_code is null and s.place_geom is null and a.text = s.address_text
"""
_NEW = sql.SQL("""
    select
        {prefix} || s.code as code,
        {text} as full_text,
        ({level})::smallint as level,
        st_setsrid(s.place_geom, 4490) as geom,
        s.place_source_datum as source_datum,
        s.place_source_x as source_x,
        s.place_source_y as source_y,
        s.place_place_method as place_method,
        s.place_accuracy_m as accuracy_m,
        s.place_grid_id as grid_id,
        s.place_area_id as area_id,
        s.place_cell as cell
    from stage as s
    where s.place_geom is not null and s.address_code is null
""")
_UPDATE = sql.SQL("""
    update address as t
    set
        full_text = n.full_text, geom = n.geom, source_datum = n.source_datum,
        source_x = n.source_x, source_y = n.source_y, place_method = n.place_method,
        accuracy_m = n.accuracy_m, grid_id = n.grid_id, area_id = n.area_id, cell = n.cell
    from ({new}) as n
    where
        t.code = n.code
        and row(t.full_text, t.geom::bytea) is distinct from row(n.full_text, n.geom::bytea)
""")
_INSERT = sql.SQL("""
    insert into address (
        code, full_text, level, geom, source_datum, source_x, source_y, place_method, accuracy_m,
        grid_id, area_id, cell
    )
    select n.* from ({new}) as n
    where not exists (select 1 from address as t where t.code = n.code)
""")
_NAME = sql.SQL("""
    update stage as s set address_code = {prefix} || s.code
    where s.place_geom is not null and s.address_code is null
""")
# A building that turns out to be a dwelling, or the other way round.
_RELEVEL = sql.SQL("""
    update address as t set level = n.level
    from (select 'house:' || s.code as code, {level} as level from stage as s) as n
    where t.code = n.code and (t.level >= 60) is distinct from (n.level >= 60)
""")


def is_placed_by_address(stage: Stage) -> bool:
    """Tell whether the kind is placed by an address."""
    return stage.kind.table.name in _LEVELS


def find_addresses(stage: Stage, report: Report) -> None:
    """Make or find the addresses of the staged rows that name none."""
    connection = stage.connection
    table = stage.kind.table.name
    placed, told = "place_geom" in stage.given, "address_text" in stage.given
    if table == "house" and "kind" in stage.given:
        connection.execute(_RELEVEL.format(level=_OF_HOUSE))
    if not placed and not told:
        return
    if placed:
        prefix = sql.Literal(f"{table}:")
        new = _NEW.format(prefix=prefix, text=_TEXTS[table], level=_LEVELS[table])
        connection.execute(_UPDATE.format(new=new))
        made = connection.execute(_INSERT.format(new=new)).rowcount
        connection.execute(_NAME.format(prefix=prefix))
        report.findings.count("addresses_made", made, "addresses made of coordinates")
    if told:
        connection.execute(_MATCH)
        connection.execute(_MATCH_ALIAS)
    if "address_code" not in stage.given:
        connection.execute(_KEEP_KNOWN.format(table=sql.Identifier(table)))
    unplaced = connection.execute(
        "select count(*) from stage where address_code is null and address_text is not null"
    ).fetchone()
    report.findings.count(
        "address_not_found",
        unplaced[0] if unplaced else 0,
        "the text is no known address: loaded without a place, the text kept in attrs",
    )
    stage.given.add("address_code")
