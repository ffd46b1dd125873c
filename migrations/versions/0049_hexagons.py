"""The shapes of hexagons are in the database, for tiles that another server serves."""

from pathlib import Path

from alembic import op

revision = "0049"
down_revision = "0048"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0049_hexagons.sql").read_text(encoding="utf-8"))
