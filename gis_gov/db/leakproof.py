"""Let row policies and spatial indexes work together.

Under a policy, PostgreSQL uses an index only for operators that are marked LEAKPROOF; PostGIS marks
none, so that every map query would read its whole table. Those below compare bounding boxes and
raise nothing that tells of the data. The mark is no part of a backup and is lost when the extension
is updated, so `migrate` sets it each time.
"""

from typing import Any, Final

import structlog
from psycopg import Connection, errors

log = structlog.get_logger()

BOX_OPERATORS: Final = (
    "geometry_overlaps(geometry, geometry)",
    "geometry_overlaps_nd(geometry, geometry)",
    "geometry_contains(geometry, geometry)",
    "geometry_within(geometry, geometry)",
)

_UNMARKED: Final = """
    select p.oid::regprocedure::text
    from unnest(%s::text[]) as f (signature)
    inner join pg_proc as p on p.oid = f.signature::regprocedure
    where not p.proleakproof
"""
_MARK: Final = """
    do $$
    declare
        signature text;
    begin
        foreach signature in array string_to_array(current_setting('gis_gov.unmarked'), ';') loop
            execute format('alter function %s leakproof', signature::regprocedure);
        end loop;
    end
    $$
"""


def mark_leakproof(conn: Connection[Any]) -> None:
    """Mark PostGIS's comparisons of boxes; warn where the role may not."""
    rows = conn.execute(_UNMARKED, [list(BOX_OPERATORS)]).fetchall()
    unmarked = [signature for (signature,) in rows]
    if not unmarked:
        return
    try:
        with conn.transaction():
            conn.execute("select set_config('gis_gov.unmarked', %s, true)", [";".join(unmarked)])
            conn.execute(_MARK)
    except errors.InsufficientPrivilege:
        log.warning(
            "map questions will be slow: let a superuser run `gis-gov migrate` once, which marks"
            " PostGIS's comparisons of boxes as leakproof"
        )
