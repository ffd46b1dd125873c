"""Events are counted by state, level and class, too."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0051"

SQL = Path(__file__).resolve().parent.parent / "sql"
PLACE = ("cell", "grid_id", "area_id")


def upgrade() -> None:
    # Whoever writes events without counting them must be through before.
    op.execute("lock table event in share row exclusive mode")
    _counts("event_tally", "Events by state and level ('': none)", 11)
    _counts("coarse_event_tally", "Events by state and level ('': none)", 9)
    _counts(
        "event_class_tally",
        "Events by class (0: none), state and level ('': none)",
        9,
        sa.Column("class_id", sa.BigInteger(), nullable=False),
    )
    op.create_index("event_tally_west_idx", "event_tally", ["west", "south"])
    op.create_index(
        "coarse_event_tally_unclosed_idx",
        "coarse_event_tally",
        ["cell"],
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_index("event_closed_idx", "event", ["closed_at"])
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0053_events_by_state.sql").read_text(encoding="utf-8"))


def _counts(name: str, counted: str, resolution: int, *first: sa.Column[int]) -> None:
    key = (*(each.name for each in first), "state", "level", *PLACE)
    op.create_table(
        name,
        *first,
        *(sa.Column(each, sa.Text(collation="C"), nullable=False) for each in ("state", "level")),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in PLACE),
        sa.Column("count", sa.Integer(), nullable=False),
        *(sa.Column(side, sa.Double()) for side in ("west", "south", "east", "north")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"{name}_pkey")),
        comment=f"{counted}, grid, area and H3 cell of resolution {resolution} (0: none).",
    )
