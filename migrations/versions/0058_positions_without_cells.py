"""Positions without a cell are found by an index, as those of all else that has cells.

Each process looks for them as it starts, and read every position that is kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    op.create_index(
        "position_cell_missing_idx",
        "position",
        ["id"],
        postgresql_where=sa.text("cell is null"),
    )
