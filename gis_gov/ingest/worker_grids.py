"""Which grids a worker works in: terms that a file lists begin, those that it leaves out end."""

from psycopg import sql

from gis_gov.ingest.report import Report
from gis_gov.ingest.stage import Stage

_UNKNOWN = sql.SQL("""
    exists (
        select 1 from unnest(s.grid_codes) as u (code)
        where not exists (select 1 from grid as g where g.code = u.code and g.valid_to is null)
    )
""")
_DETAIL = sql.SQL("'grid_codes ' || array_to_string(s.grid_codes, ' ')")
_END = """
    update grid_worker as t set valid_to = current_date
    from stage as s
    inner join worker as w on w.code = s.code
    where
        t.worker_id = w.id
        and t.valid_to is null
        and not exists (
            select 1 from grid as g
            where g.id = t.grid_id and g.code = any(coalesce(s.grid_codes, '{}'))
        )
"""
_BEGIN = """
    insert into grid_worker as t (grid_id, worker_id)
    select distinct g.id, w.id
    from stage as s
    inner join worker as w on w.code = s.code
    cross join lateral unnest(s.grid_codes) as u (code)
    inner join grid as g on g.code = u.code and g.valid_to is null
    where not exists (
        select 1 from grid_worker as o
        where o.grid_id = g.id and o.worker_id = w.id and o.valid_to is null
    )
    on conflict (grid_id, worker_id, role, valid_from) do update set valid_to = null
"""


def refuse_unknown_grids(stage: Stage) -> None:
    """Refuse workers who are said to work in a grid that there is not."""
    if "grid_codes" in stage.given:
        stage.reject_where("unknown_grid", _DETAIL, _UNKNOWN)


def keep_terms(stage: Stage, report: Report) -> None:
    """Begin and end the terms of the staged workers, if the file lists their grids."""
    if "grid_codes" in stage.given:
        ended = stage.connection.execute(_END).rowcount
        begun = stage.connection.execute(_BEGIN).rowcount
        report.findings.count("terms_begun", begun, "grids that a worker now works in")
        report.findings.count("terms_ended", ended, "grids that the file no longer lists")
