"""Where workers moved, and of which hours ways changed, is announced."""

from pathlib import Path

from alembic import op

revision = "0051"
down_revision = "0050"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0051_moved_at.sql").read_text(encoding="utf-8"))
