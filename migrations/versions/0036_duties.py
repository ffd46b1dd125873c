"""Rules of patrolling make tasks, and patrols are judged against them."""

from pathlib import Path

from alembic import op

revision = "0036"
down_revision = "0035"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("duties", "duty_rights"):
        driver.execute((SQL / f"0036_{name}.sql").read_text(encoding="utf-8"))
