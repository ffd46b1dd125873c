"""Alarms of who was away or alone are settled as late fixes come, too."""

from pathlib import Path

from alembic import op

revision = "0060"
down_revision = "0059"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0060_alarm_kinds.sql").read_text(encoding="utf-8"))
