"""Days of workers are forgotten in the time that it takes."""

from pathlib import Path

from alembic import op

revision = "0061"
down_revision = "0060"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0061_forgetting_cells.sql").read_text(encoding="utf-8"))
