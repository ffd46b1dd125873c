"""Crossings and alarms keep their places no longer than positions are kept."""

from pathlib import Path

from alembic import op

revision = "0046"
down_revision = "0045"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0046_forgotten_places.sql").read_text(encoding="utf-8"))
