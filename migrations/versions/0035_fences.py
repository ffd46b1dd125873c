"""Geofences with their versions, what they tell of workers, and alarms."""

from pathlib import Path

from alembic import op

revision = "0035"
down_revision = "0034"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("fence", "fence_shape", "crossing", "alarm", "fence_rights"):
        driver.execute((SQL / f"0035_{name}.sql").read_text(encoding="utf-8"))
