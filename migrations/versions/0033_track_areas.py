"""Of hours in several areas the pieces of the lines of tracks are kept by area."""

from pathlib import Path

from alembic import op

revision = "0033"
down_revision = "0032"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute("lock table position in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("0033_track_areas.sql", "0033_removed_tracks.sql"):
        driver.execute((SQL / name).read_text(encoding="utf-8"))
