"""Old changes are dropped only once no transaction is under way that is older than they are."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0016_prune_what_is_over.sql").read_text(encoding="utf-8"))
