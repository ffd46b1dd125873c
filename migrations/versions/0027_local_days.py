"""Terms begin and end by the days of UTC+8, whatever zone a session has."""

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0026"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0027_local_days.sql").read_text(encoding="utf-8"))
