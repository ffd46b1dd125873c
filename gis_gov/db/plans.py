"""Plans that are kept, for queries that take as long to plan as to run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection

KEEP: Final = "set plan_cache_mode = force_generic_plan"
_FREE: Final = "reset plan_cache_mode"


@asynccontextmanager
async def kept_plans(conn: AsyncConnection[Any]) -> AsyncGenerator[None]:
    """Let queries keep one plan for whatever their parameters are, and be planned once.

    For queries only that no parameter would make another plan better for.
    """
    await conn.execute(KEEP)
    try:
        yield
    finally:
        await conn.execute(_FREE)
