"""Several queries that must see one state of the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection


@asynccontextmanager
async def snapshot(conn: AsyncConnection[Any]) -> AsyncGenerator[None]:
    """Let every query within see the state that the first one sees; nothing can be written."""
    async with conn.transaction():
        await conn.execute("set transaction isolation level repeatable read, read only")
        yield
