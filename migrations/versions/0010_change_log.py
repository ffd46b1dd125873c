"""The change log: what was written, where, by whomever, for live streams and versions of tiles."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from gis_gov.changes.tables import Xid8

revision = "0010"
down_revision = "0009"

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("xact", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_class", sa.Text()),
        sa.Column("area_id", sa.BigInteger()),
        sa.Column("grid_id", sa.BigInteger()),
        sa.Column("object_id", sa.BigInteger()),
        sa.Column("object_code", sa.Text()),
        *(sa.Column(side, sa.Double()) for side in ("west", "south", "east", "north")),
        sa.Column("for_all", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("xact", "id", name=op.f("change_pkey")),
        comment="What was written, where: by thing, or of many at once by area, grid and class.",
    )
    op.create_table(
        "change_horizon",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("xact", Xid8(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("change_horizon_pkey")),
        comment="The newest transaction of which changes were dropped, as they were old.",
    )
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0010_change.sql").read_text(encoding="utf-8"))
