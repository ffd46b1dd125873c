"""A database for patrols: the places and workers of a loaded one, and no position."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from gis_gov.bench.scratch import scratch_database
from gis_gov.db.migrate import migrate

_TABLES: Final = ("area", "grid", "worker", "grid_worker")
"""In an order in which none refers to one that comes later."""
_WORKERS: Final = """
    select
        w.code, a.code, coalesce(st_x(p.at), st_x(b.at)), coalesce(st_y(p.at), st_y(b.at))
    from worker as w
    inner join area as a on a.id = w.area_id
    left join lateral (
        select st_pointonsurface(g.geom) as at
        from grid_worker as t
        inner join grid as g on g.id = t.grid_id
        where t.worker_id = w.id
        order by g.id
        limit 1
    ) as p on true
    left join lateral (select st_pointonsurface(a.geom) as at) as b on true
    order by w.code
"""

Worker = tuple[str, str, float, float]
"""The code of a worker and of his area, and longitude and latitude of a place that is his."""


@contextmanager
def patrol_database(url: str) -> Generator[tuple[str, list[Worker]]]:
    """Make a database with the areas, grids and workers of another one; yield it with these."""
    with scratch_database(url) as own:
        migrate(own)
        with psycopg.connect(url) as source, psycopg.connect(own) as target:
            for table in _TABLES:
                _copy(source, target, table)
        with psycopg.connect(own, autocommit=True) as target:
            target.execute("vacuum analyze")
            yield own, target.execute(_WORKERS).fetchall()


def _copy(source: psycopg.Connection[Any], target: psycopg.Connection[Any], table: str) -> None:
    columns = [
        name
        for (name,) in source.execute(
            "select a.attname from pg_attribute as a where a.attrelid = %s::regclass"
            " and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum",
            [table],
        )
    ]
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    out = sql.SQL("copy (select {} from {} order by id) to stdout").format(
        listed, sql.Identifier(table)
    )
    into = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), listed)
    with source.cursor().copy(out) as reading, target.cursor().copy(into) as writing:
        for piece in reading:
            writing.write(piece)
