"""What covers a point, asked of the database as often as PostGIS needs to remember the point."""

import psycopg
import pytest
from psycopg import AsyncConnection

pytestmark = pytest.mark.anyio

SQUARES = """
    with square (geom) as materialized (
        select st_makeenvelope(x, y, x + 1, y + 1, 4490)
        from generate_series(0, 3) as x, generate_series(0, 3) as y
    )
    select count(*) from square, (values (st_point(2, 2, 4490))) as asked (point)
    where {}
"""


@pytest.mark.parametrize(
    ("condition", "squares"),
    [
        ("covers_exactly(geom, point)", 4),
        ("geom && point and covers_exactly(geom, point)", 4),
        ("not covers_exactly(geom, point)", 12),
    ],
)
async def test_every_square_around_a_corner_covers_it(
    conn: AsyncConnection, condition: str, squares: int
) -> None:
    statement = psycopg.sql.SQL(SQUARES).format(psycopg.sql.SQL(condition))  # type: ignore[arg-type]
    assert await (await conn.execute(statement)).fetchone() == (squares,)
