"""Outlines of areas and grids are kept as far as tiles have many of them."""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute("lock table area, grid in share row exclusive mode")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0026_outlines.sql").read_text(encoding="utf-8"))
