"""The test database itself: what a test leaves behind would make others lie."""

import psycopg
import pytest

INSERT = "insert into area (code, name, level) values ('440113000000', 'Panyu', 'district')"


@pytest.mark.parametrize("turn", [1, 2])
async def test_conn_starts_empty_and_is_rolled_back(
    conn: psycopg.AsyncConnection, turn: int
) -> None:
    before = await (await conn.execute("select count(*) from area")).fetchone()
    await conn.execute(INSERT)
    after = await (await conn.execute("select count(*) from area")).fetchone()
    assert (before, after) == ((0,), (1,))


def test_own_database_is_migrated_and_apart(own_database_url: str, database_url: str) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(INSERT)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from area").fetchone() == (0,)
