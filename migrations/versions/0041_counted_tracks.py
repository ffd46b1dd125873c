"""Tracks are drawn from the fixes that count."""

from pathlib import Path

from alembic import op

revision = "0041"
down_revision = "0040"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute("lock table position in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0041_counted_tracks.sql").read_text(encoding="utf-8"))
