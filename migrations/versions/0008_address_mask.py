"""Masks of addresses leave no room; addresses made of coordinates are rooms, and name nobody."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for step in ("address_mask", "made_addresses"):
        driver.execute((SQL / f"0008_{step}.sql").read_text(encoding="utf-8"))
