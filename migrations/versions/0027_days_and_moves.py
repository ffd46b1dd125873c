"""Terms keep the days of UTC+8 in every session, and a move of an address asks whom it takes along."""

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0026"

SQL = Path(__file__).resolve().parent.parent / "sql"
STEPS = ("local_days", "placed_at")


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for step in STEPS:
        driver.execute((SQL / f"0027_{step}.sql").read_text(encoding="utf-8"))
