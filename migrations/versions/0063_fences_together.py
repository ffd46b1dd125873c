"""Versions of fences that are written together, such as by a load, are kept together."""

from pathlib import Path

from alembic import op

revision = "0063"
down_revision = "0062"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0063_fences_together.sql").read_text(encoding="utf-8"))
