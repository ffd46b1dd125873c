"""Tasks of nobody in particular are looked up by their rule, and cells that nobody walked go."""

from pathlib import Path

from alembic import op

revision = "0044"
down_revision = "0043"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("0044_shared_tasks.sql", "0044_walked_cells.sql"):
        driver.execute((SQL / name).read_text(encoding="utf-8"))
