"""Rows that refer to what is not there: refused, each with the reason of its reference."""

from psycopg import sql

from gis_gov.ingest.spec import Reference
from gis_gov.ingest.stage import Stage

_UNKNOWN = sql.SQL(
    "s.{field} is not null and not exists (select 1 from {table} as t where t.code = s.{field})"
)
_UNKNOWN_AND_NOT_STAGED = sql.SQL(
    "s.{field} is not null and not exists (select 1 from {table} as t where t.code = s.{field}) "
    "and not exists (select 1 from stage as p where p.code = s.{field})"
)
_BY_ANOTHER_NAME = sql.SQL("""
    update stage as s set {field} = rpad(s.{field}, 12, '0')
    where s.{field} ~ '^([0-9]{{2}}|[0-9]{{4}}|[0-9]{{6}}|[0-9]{{9}})$'
""")


def refuse_unknown(stage: Stage) -> None:
    """Refuse the staged rows whose references lead nowhere."""
    for each in stage.kind.references:
        if each.field in stage.given:
            if each.table == "area":
                stage.connection.execute(_BY_ANOTHER_NAME.format(field=sql.Identifier(each.field)))
            _refuse(stage, each)


def _refuse(stage: Stage, each: Reference) -> None:
    own = each.table == stage.kind.table.name
    condition = (_UNKNOWN_AND_NOT_STAGED if own else _UNKNOWN).format(
        field=sql.Identifier(each.field), table=sql.Identifier(each.table)
    )
    detail = sql.SQL("{} || ' ' || s.{}").format(
        sql.Literal(each.field), sql.Identifier(each.field)
    )
    # A row that is refused may be what another refers to.
    while stage.reject_where(each.reason, detail, condition) and own:
        pass
