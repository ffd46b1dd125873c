"""Rooms, retired addresses and cameras that know faces have counts of their own."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    # Whoever writes the old counts must be through before, and who comes after has the new triggers.
    op.execute("lock table address, resource, tally, coarse_tally in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0007_counted_apart.sql").read_text(encoding="utf-8"))
