"""What is in a database before a measurement has to be in it after that."""

import psycopg
from psycopg import sql


def everything(url: str) -> dict[str, list[str]]:
    """Return all that is edited by a measurement, and what is counted of it.

    But not when it was written, and not the boxes of counts: these never shrink.
    """
    tables = ("address", "event", "grid", "person", "resource")
    with psycopg.connect(url) as conn:
        found = {
            table: [
                row
                for (row,) in conn.execute(
                    sql.SQL(
                        "select (to_jsonb(t) - 'updated_at')::text from {} as t order by t.id"
                    ).format(sql.Identifier(table))
                )
            ]
            for table in tables
        }
        counted = conn.execute(
            "select (to_jsonb(t) - array['west', 'south', 'east', 'north'])::text"
            " from tally as t where count <> 0 order by 1"
        ).fetchall()
    return {**found, "tally": [row for (row,) in counted]}


def assert_same(found: dict[str, list[str]], before: dict[str, list[str]]) -> None:
    for table, rows in before.items():
        assert [row for row in found[table] if row not in set(rows)] == [], table
        assert len(found[table]) == len(rows), table
