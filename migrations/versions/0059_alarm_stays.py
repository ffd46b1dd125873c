"""Alarms of who was inside are settled as late fixes come."""

from pathlib import Path

from alembic import op

revision = "0059"
down_revision = "0058"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0059_alarm_stays.sql").read_text(encoding="utf-8"))
