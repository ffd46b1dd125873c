"""The tree of areas: which area lies in which, as told or by the codes, whatever comes first."""

from typing import Any

from psycopg import Connection, sql

from gis_gov.ingest.report import Report
from gis_gov.ingest.stage import Stage

_RANK = "array_position(array['province','city','district','street','community'], {}.level)"
_INDEX = "create unique index stage_code on stage (code)"
_KEEP_KNOWN = """
    update stage as s set parent_code = p.code
    from area as t inner join area as p on p.id = t.parent_id
    where t.code = s.code and s.parent_code is null
"""
# The nearest of the codes above that is loaded, or about to be.
_INFER = """
    update stage as s set parent_code = (
        select u.code
        from (
            values
            (1, rpad(left(s.code, 9), 12, '0')), (2, rpad(left(s.code, 6), 12, '0')),
            (3, rpad(left(s.code, 4), 12, '0')), (4, rpad(left(s.code, 2), 12, '0'))
        ) as u (n, code)
        where
            u.code <> s.code
            and (
                exists (select 1 from area as a where a.code = u.code)
                or exists (select 1 from stage as o where o.code = u.code)
            )
        order by u.n
        limit 1
    )
    where s.parent_code is null and s.code ~ '^[0-9]{12}$'
"""
# The tops of what is loaded may lie in something that never will be.
_FREE_TOPS = sql.SQL("""
    update stage as s
    set parent_code = null, attrs = s.attrs || jsonb_build_object('parent_code', s.parent_code)
    where
        s.parent_code is not null
        and {rank} = (select min({rank_of_o}) from stage as o)
        and not exists (select 1 from area as a where a.code = s.parent_code)
        and not exists (select 1 from stage as o where o.code = s.parent_code)
""").format(
    rank=sql.SQL(_RANK).format(sql.Identifier("s")),
    rank_of_o=sql.SQL(_RANK).format(sql.Identifier("o")),
)
_NOT_ABOVE = sql.SQL("""
    exists (
        select 1
        from (
            select o.code, o.level from stage as o
            union all
            select a.code, a.level from area as a
            where not exists (select 1 from stage as o where o.code = a.code)
        ) as p
        where p.code = s.parent_code and {} >= {}
    )
""").format(sql.SQL(_RANK).format(sql.Identifier("p")), sql.SQL(_RANK).format(sql.Identifier("s")))
# What was loaded before its parent finds it now: the one it told, or the nearest by its code.
_ADOPT = """
    with wanted as (
        select a.id, a.attrs ->> 'parent_code' as told, coalesce(
            (select p.id from area as p where p.code = a.attrs ->> 'parent_code'),
            (
                select p.id
                from (
                    values
                    (1, rpad(left(a.code, 9), 12, '0')), (2, rpad(left(a.code, 6), 12, '0')),
                    (3, rpad(left(a.code, 4), 12, '0')), (4, rpad(left(a.code, 2), 12, '0'))
                ) as u (n, code)
                inner join area as p on p.code = u.code
                where a.code ~ '^[0-9]{12}$' and p.level_rank < a.level_rank
                order by u.n
                limit 1
            )
        ) as better
        from area as a
        where a.parent_id is null
    )

    update area as a
    set
        parent_id = w.better,
        attrs = case
            when exists (select 1 from area as p where p.id = w.better and p.code = w.told)
                then a.attrs - 'parent_code'
            else a.attrs
        end
    from wanted as w
    where a.id = w.id and w.better is not null
"""
_SUCCESSORS = """
    insert into area_successor (area_id, successor_code)
    select a.id, u.code
    from stage as s
    inner join area as a on a.code = s.code
    cross join lateral unnest(s.successors) as u (code)
    on conflict do nothing
"""
_FORGET_SUCCESSORS = """
    delete from area_successor as t
    using stage as s inner join area as a on a.code = s.code
    where t.area_id = a.id and t.successor_code <> all(coalesce(s.successors, '{}'))
"""


def settle_parents(stage: Stage, report: Report) -> None:
    """Find the parent of each staged area; refuse those with one of their own or a lower level."""
    connection = stage.connection
    connection.execute(_INDEX)
    if "parent_code" not in stage.given:
        connection.execute(_INFER)
        connection.execute(_KEEP_KNOWN)
    freed = connection.execute(_FREE_TOPS).rowcount
    stage.reject_where("parent_level", sql.SQL("'parent ' || s.parent_code"), _NOT_ABOVE)
    report.findings.count(
        "parent_not_loaded",
        freed,
        "areas of the highest level in the file whose parent is not there",
    )
    stage.given.add("parent_code")


def tell_orphans(stage: Stage, report: Report) -> None:
    """Count the staged areas that have no parent."""
    row = stage.connection.execute(
        "select count(*) from stage where parent_code is null and level <> 'province'"
    ).fetchone()
    report.findings.count(
        "without_parent",
        row[0] if row else 0,
        "areas below province level without a parent: they find it when it is loaded",
    )


def adopt(connection: Connection[Any], report: Report) -> None:
    """Give areas that were loaded before their parent that parent."""
    found = connection.execute(_ADOPT).rowcount
    report.findings.count("adopted", found, "areas loaded earlier that now have their parent")


def keep_successors(stage: Stage) -> None:
    """Keep which codes took over from an area, if the file tells."""
    if "successors" in stage.given:
        stage.connection.execute(_FORGET_SUCCESSORS)
        stage.connection.execute(_SUCCESSORS)
