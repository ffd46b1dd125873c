"""Persons told apart by their ID number, where the file has no codes; no number twice.

Equal numbers are known by their digests.
"""

from psycopg import sql

from gis_gov.ingest.stage import Stage

_KNOWN = """
    update stage as s set code = p.code
    from person as p
    where s.code is null and p.id_number_digest = s.id_number_digest
"""
# A code that tells nothing: one computed from the number would give it away.
_NEW = """
    with made as (
        select n.id_number_digest, 'p-' || gen_random_uuid() as code
        from (select distinct s.id_number_digest from stage as s where s.code is null) as n
    )

    update stage as s set code = m.code
    from made as m
    where s.code is null and m.id_number_digest = s.id_number_digest
"""
_OF_ANOTHER = sql.SQL("""
    s.id_number_digest is not null and (
        exists (
            select 1 from person as p
            where p.id_number_digest = s.id_number_digest and p.code <> s.code
        )
        or (s.file, s.row) in (
            select o.file, o.row
            from (
                select
                    i.file, i.row, i.code,
                    first_value(i.code) over (
                        partition by i.id_number_digest order by i.file, i.row
                    ) as first_code
                from stage as i
                where i.id_number_digest in (
                    select r.id_number_digest from stage as r
                    where r.id_number_digest is not null
                    group by r.id_number_digest having count(*) > 1
                )
            ) as o
            where o.code <> o.first_code
        )
    )
""")


def name_persons(stage: Stage) -> None:
    """Give persons without a code the one they have, or a new one."""
    if "code" not in stage.given:
        stage.connection.execute(_KNOWN)
        stage.connection.execute(_NEW)
        stage.given.add("code")


def refuse_shared_numbers(stage: Stage) -> None:
    """Refuse persons whose ID number is another person's."""
    if "id_number_digest" in stage.given and "code" in stage.given:
        stage.reject_where(
            "duplicate_id_number",
            sql.SQL("'another person has this ID number'"),
            _OF_ANOTHER,
        )
