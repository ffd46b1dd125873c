"""Positions of vehicles wait to be forwarded to a superior platform."""

from pathlib import Path

from alembic import op

revision = "0038"
down_revision = "0037"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0038_forwarding.sql").read_text(encoding="utf-8"))
