"""Events are found by their cell, and what is not closed by its code.

Under row policies no index serves a box that is made of another row's columns, so the events at the
edge of a box or polygon were looked for in the whole table, once for each cell there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.create_index("event_cell_idx", "event", ["cell"])
    op.create_index(
        "event_open_idx",
        "event",
        ["code", "state"],
        postgresql_where=sa.text("state <> 'closed'"),
    )
