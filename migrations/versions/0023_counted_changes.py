"""The change log tells what may have changed a count; events are counted from an index by time."""

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0021"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0023_counted_changes.sql").read_text(encoding="utf-8"))
