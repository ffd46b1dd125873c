"""Only a camera knows faces, whatever class a centre or a POI has."""

from pathlib import Path

from alembic import op

revision = "0050"
down_revision = "0049"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.cursor()
    driver.execute((SQL / "0050_faces_of_cameras.sql").read_text(encoding="utf-8"))
