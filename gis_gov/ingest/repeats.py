"""Keys that a load repeats: equal rows count once, rows that differ are refused or folded.

The first row of a key wins. A later row that is equal to it changes nothing, and counts as
unchanged. One whose fields are equal, but not its other columns, tells more of the same thing (the
parties of one accident): these columns go to `attrs.rows`, one object a row, and the row counts as
unchanged too. Any other row contradicts the first, and is refused as `duplicate_key`.
"""

from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from psycopg import sql
from psycopg.types.json import Jsonb

from gis_gov.ingest.placement import BY_ADDRESS
from gis_gov.ingest.report import Report
from gis_gov.ingest.sealed import SEALED
from gis_gov.ingest.stage import Stage

FOLDED = "rows"
"""The member of attrs in which the folded rows are listed."""
_FOLDED_MAX = 1000
_GEOMETRIES = ("geom", BY_ADDRESS + "geom")

_FIND = sql.SQL("""
    create temporary table stage_repeat as
    with ranked as (
        select s.*, row_number() over (partition by {key} order by s.file, s.row) as rank
        from stage as s
        where ({key}) in (select {key} from stage group by {key} having count(*) > 1)
    )
    select
        r.file, r.row, r.attrs, r.rank, f.file as first_file, f.row as first_row,
        ({r_fields}) is not distinct from ({f_fields}) as same_fields,
        r.attrs = f.attrs as same_attrs
    from ranked as r inner join ranked as f on f.rank = 1 and ({r_key}) = ({f_key})
""")
_REFUSE = sql.SQL("""
    insert into stage_reject
    select r.file, r.row, 'duplicate_key', 'row ' || r.first_row || ' has the same key'
    from stage_repeat as r
    where r.rank > 1 and (not r.same_fields or (r.rank > {most} and not r.same_attrs))
""")
_REMOVE = """
    delete from stage as s using stage_repeat as r
    where r.rank > 1 and s.file = r.file and s.row = r.row
"""
_COUNT = sql.SQL("""
    select
        count(*) filter (where r.rank > 1 and r.same_fields and r.same_attrs),
        count(*) filter (
            where r.rank > 1 and r.same_fields and not r.same_attrs and r.rank <= {most}
        )
    from stage_repeat as r
""")
_TO_FOLD = sql.SQL("""
    select r.first_file, r.first_row, r.attrs
    from stage_repeat as r
    where r.same_fields and r.rank <= {most} and exists (
        select 1 from stage_repeat as o
        where o.first_file = r.first_file and o.first_row = r.first_row
            and o.rank > 1 and o.same_fields and not o.same_attrs and o.rank <= {most}
    ) and (r.rank = 1 or not r.same_attrs)
    order by r.first_file, r.first_row, r.rank
""")


def settle_repeats(stage: Stage, report: Report) -> None:
    """Leave one row a key on the stage."""
    connection = stage.connection
    key = _columns(stage.kind.key)
    repeated = connection.execute(
        sql.SQL("select 1 from stage group by {} having count(*) > 1 limit 1").format(key)
    ).fetchone()
    if repeated is None:
        return
    fields = _compared(stage)
    find = _FIND.format(
        key=key,
        r_key=_columns(stage.kind.key, "r"),
        f_key=_columns(stage.kind.key, "f"),
        r_fields=_row(fields, "r"),
        f_fields=_row(fields, "f"),
    )
    connection.execute(find)
    most = sql.Literal(_FOLDED_MAX)
    connection.execute(_REFUSE.format(most=most))
    counted = connection.execute(_COUNT.format(most=most)).fetchone() or (0, 0)
    report.unchanged += counted[0] + counted[1]
    report.findings.count(
        "repeated", counted[0], "rows equal to an earlier one; they count as unchanged"
    )
    report.findings.count(
        "folded",
        counted[1],
        "rows that tell more of an earlier one: kept in attrs.rows; they count as unchanged",
    )
    connection.execute(_REMOVE)
    if counted[1]:
        _fold(stage, most)
    connection.execute("drop table stage_repeat")


def _fold(stage: Stage, most: sql.Literal) -> None:
    with stage.connection.cursor() as cursor:
        rows = cursor.execute(_TO_FOLD.format(most=most)).fetchall()
        updates = [
            (Jsonb(folded([attrs for _, _, attrs in group]), orjson_text), file, row)
            for (file, row), group in groupby(rows, key=itemgetter(0, 1))
        ]
        cursor.executemany("update stage set attrs = %s where file = %s and row = %s", updates)


def folded(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Join objects: what all share stays, what differs goes to a list, one object each."""
    first = objects[0]
    shared = {
        name: value
        for name, value in first.items()
        if all(name in other and other[name] == value for other in objects)
    }
    differing = [
        {name: value for name, value in each.items() if name not in shared} for each in objects
    ]
    return {**shared, FOLDED: differing}


def orjson_text(value: Any) -> str:
    """Write JSON for psycopg."""
    return orjson.dumps(value).decode()


def _compared(stage: Stage) -> list[str]:
    """Name the columns by which two rows of a key are compared: all but what is derived."""
    left_out = {"file", "row", "attrs", "grid_id", "area_id", "cell", *stage.kind.key}
    derived = {BY_ADDRESS + name for name in ("grid_id", "area_id", "cell", "method")}
    return [
        name for name in stage.types if name not in left_out | derived and not name.endswith(SEALED)
    ]


def _columns(names: tuple[str, ...], table: str = "") -> sql.Composable:
    return sql.SQL(", ").join(
        sql.Identifier(table, name) if table else sql.Identifier(name) for name in names
    )


def _row(names: list[str], table: str) -> sql.Composable:
    """Write a row of columns; geometries compare by their bytes, not their boxes."""
    return sql.SQL("row({})").format(
        sql.SQL(", ").join(
            sql.SQL("{}::bytea").format(sql.Identifier(table, name))
            if name in _GEOMETRIES
            else sql.Identifier(table, name)
            for name in names
        )
    )
