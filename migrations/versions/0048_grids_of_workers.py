"""Whoever keeps workers in memory hears of the grids that become theirs."""

from pathlib import Path

from alembic import op

revision = "0048"
down_revision = "0047"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()
    driver.execute((SQL / "0048_grids_of_workers.sql").read_text(encoding="utf-8"))
