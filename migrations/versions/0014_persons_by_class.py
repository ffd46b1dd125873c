"""Persons are counted by class, too."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    # Whoever counts by the old triggers must be through before, and who comes after has the new ones.
    op.execute("lock table address, person, tally, coarse_tally in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0014_persons_by_class.sql").read_text(encoding="utf-8"))
