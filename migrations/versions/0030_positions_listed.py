"""Positions are a collection: each has a code, by which it is found and pages begin."""

from pathlib import Path

from alembic import op

revision = "0030"
down_revision = "0029"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0030_positions_listed.sql").read_text(encoding="utf-8"))
