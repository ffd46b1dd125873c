"""Lists of few areas are read area by area, in the order of the codes."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = ("address", "house", "enterprise", "person")


def upgrade() -> None:
    for table in TABLES:
        op.drop_index(f"{table}_area_id_idx", table)
        op.create_index(f"{table}_area_id_idx", table, ["area_id", "code"])
