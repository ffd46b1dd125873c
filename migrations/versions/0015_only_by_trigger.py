"""Functions that work with their owner's rights are nobody's to call."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # without parameters: the text has percent signs
    driver.execute((SQL / "0015_only_by_trigger.sql").read_text(encoding="utf-8"))
