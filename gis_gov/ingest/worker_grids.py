"""Which grids a worker works in: terms that a file lists begin, those that it leaves out end.

A term is that of the row: from `valid_from`, or else from the day of the load, to `valid_to`, if
there is one. A beginning before that of the term under way corrects it; a later one is a new term,
and ends the other.
"""

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
_LISTED = """
    create temporary table stage_term as
    select distinct g.id as grid_id, w.id as worker_id, s.valid_from, s.valid_to
    from stage as s
    inner join worker as w on w.code = s.code
    cross join lateral unnest(s.grid_codes) as u (code)
    inner join grid as g on g.code = u.code and g.valid_to is null
"""
_END = """
    update grid_worker as t set valid_to = greatest(local_today(), t.valid_from)
    from stage as s
    inner join worker as w on w.code = s.code
    where
        t.worker_id = w.id
        and coalesce(t.valid_to, 'infinity') > greatest(local_today(), t.valid_from)
        and not exists (
            select 1 from stage_term as l
            where l.grid_id = t.grid_id and l.worker_id = t.worker_id
        )
"""
_GIVE_WAY = """
    update grid_worker as t set valid_to = l.valid_from
    from stage_term as l
    where
        l.grid_id = t.grid_id and l.worker_id = t.worker_id and t.role = 'worker'
        and t.valid_from < l.valid_from and coalesce(t.valid_to, 'infinity') > l.valid_from
"""
_CORRECT = """
    update grid_worker as t
    set
        valid_from = coalesce(l.valid_from, least(t.valid_from, l.valid_to)),
        valid_to = l.valid_to
    from stage_term as l
    where
        l.grid_id = t.grid_id and l.worker_id = t.worker_id and t.role = 'worker'
        and t.id = (
            select o.id from grid_worker as o
            where
                o.grid_id = l.grid_id and o.worker_id = l.worker_id and o.role = 'worker'
                and (o.valid_from = l.valid_from or o.valid_to is null or o.valid_to = l.valid_to)
            order by o.valid_from = l.valid_from desc nulls last, o.valid_from desc
            limit 1
        )
        and (t.valid_from, t.valid_to)
        is distinct from (coalesce(l.valid_from, least(t.valid_from, l.valid_to)), l.valid_to)
"""
_BEGIN = """
    insert into grid_worker as t (grid_id, worker_id, valid_from, valid_to)
    select
        l.grid_id, l.worker_id,
        coalesce(l.valid_from, least(local_today(), l.valid_to)), l.valid_to
    from stage_term as l
    where not exists (
        select 1 from grid_worker as o
        where
            o.grid_id = l.grid_id and o.worker_id = l.worker_id and o.role = 'worker'
            and o.valid_from = coalesce(l.valid_from, o.valid_from)
            and o.valid_to is not distinct from l.valid_to
    )
    on conflict (grid_id, worker_id, role, valid_from) do update set valid_to = excluded.valid_to
"""


def refuse_unknown_grids(stage: Stage) -> None:
    """Refuse workers who are said to work in a grid that there is not."""
    if "grid_codes" in stage.given:
        stage.reject_where("unknown_grid", _DETAIL, _UNKNOWN)


def keep_terms(stage: Stage, report: Report) -> None:
    """Begin, correct and end the terms of the staged workers, if the file lists their grids."""
    if "grid_codes" not in stage.given:
        if {"valid_from", "valid_to"} & stage.given:
            report.findings.note("valid_from and valid_to are those of terms in grids: none listed")
        return
    stage.connection.execute(_LISTED)
    ended = stage.connection.execute(_END).rowcount
    ended += stage.connection.execute(_GIVE_WAY).rowcount
    corrected = stage.connection.execute(_CORRECT).rowcount
    begun = stage.connection.execute(_BEGIN).rowcount
    stage.connection.execute("drop table stage_term")
    report.findings.count("terms_begun", begun, "terms of workers in grids that begin")
    report.findings.count("terms_corrected", corrected, "terms whose beginning or end is another")
    report.findings.count("terms_ended", ended, "terms in grids that the file lists no longer")
