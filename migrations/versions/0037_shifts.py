"""Workers have shifts, and what was stored of them is not kept for ever."""

from pathlib import Path

from alembic import op

revision = "0037"
down_revision = "0036"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("shift", "standing", "retention"):
        driver.execute((SQL / f"0037_{name}.sql").read_text(encoding="utf-8"))
