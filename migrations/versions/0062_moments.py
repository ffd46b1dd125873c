"""Moments as columns, by which an index is asked under a policy."""

from pathlib import Path

from alembic import op

revision = "0062"
down_revision = "0061"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0062_moments.sql").read_text(encoding="utf-8"))
