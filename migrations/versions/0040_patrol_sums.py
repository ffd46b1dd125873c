"""Patrols tell how far they went in each grid and which events they found; sums are read by index."""

from pathlib import Path

from alembic import op

revision = "0040"
down_revision = "0039"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0040_patrol_sums.sql").read_text(encoding="utf-8"))
