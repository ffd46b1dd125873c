"""Who may see all kept counts is not asked for each of them, and coarse ones are found by place."""

from pathlib import Path

from alembic import op

revision = "0031"
down_revision = "0030"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0031_counts_of_all.sql").read_text(encoding="utf-8"))
