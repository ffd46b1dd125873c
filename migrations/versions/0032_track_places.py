"""Kept lines of tracks know their areas and grids, and days of positions are dropped with them."""

from pathlib import Path

from alembic import op

revision = "0032"
down_revision = "0031"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute("lock table position in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("0032_track_places.sql", "0032_drop_positions.sql"):
        driver.execute((SQL / name).read_text(encoding="utf-8"))
