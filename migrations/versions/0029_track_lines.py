"""The lines of tracks are kept by hour and device, and made anew of what was written since."""

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0028"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute("lock table position in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0029_track_lines.sql").read_text(encoding="utf-8"))
