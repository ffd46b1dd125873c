"""What has no place is found by an index of its own, since it is in every box that is asked for."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

PLACED: Final = ("address", "event", "resource")


def upgrade() -> None:
    for table in PLACED:
        op.create_index(
            f"{table}_unplaced_idx", table, ["id"], postgresql_where=sa.text("geom is null")
        )
