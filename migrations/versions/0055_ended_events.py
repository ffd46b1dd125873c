"""What a map of some time tells of an event is read from the index by when it was closed."""

from alembic import op

revision = "0055"
down_revision = "0053"

TOLD = (
    "id",
    "reported_at",
    "state",
    "level",
    "class_id",
    "department",
    "grid_id",
    "area_id",
    "geom",
)


def upgrade() -> None:
    op.drop_index("event_closed_idx", "event")
    op.create_index("event_closed_idx", "event", ["closed_at"], postgresql_include=TOLD)
