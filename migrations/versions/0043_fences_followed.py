"""Fences follow what they are of without locking crosswise, and are found faster."""

from pathlib import Path

from alembic import op

revision = "0043"
down_revision = "0042"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0043_fences_followed.sql").read_text(encoding="utf-8"))
