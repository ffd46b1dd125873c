"""What was walked is looked up by the day, and rules may leave out stays."""

from pathlib import Path

from alembic import op

revision = "0047"
down_revision = "0046"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("0047_walked_by_day.sql", "0047_without_stays.sql"):
        driver.execute((SQL / name).read_text(encoding="utf-8"))
