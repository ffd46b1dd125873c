"""The key of a device does not hang on being registered, nor what is last on how it came."""

from pathlib import Path

from alembic import op

revision = "0045"
down_revision = "0044"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("0045_device_code.sql", "0045_standing.sql", "0045_track_print.sql"):
        driver.execute((SQL / name).read_text(encoding="utf-8"))
