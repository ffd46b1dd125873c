"""Masks of addresses leave no room; addresses made for dwellings and persons tell no more than they may."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0006"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0008_address_mask.sql").read_text(encoding="utf-8"))
