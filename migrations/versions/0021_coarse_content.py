"""Coarse counts know what they are made of, so that the threshold needs no fine ones."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    # Whoever counts by the old function must be through before, and who comes after has the new one.
    op.execute(
        "lock table address, house, enterprise, person, resource, event in share row exclusive mode"
    )
    op.add_column(
        "coarse_tally",
        sa.Column("content", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0021_coarse_content.sql").read_text(encoding="utf-8"))
