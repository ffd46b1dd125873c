"""Distances of lines and polygons are measured to the place that is nearest on the ellipsoid."""

from pathlib import Path

from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    path = Path(__file__).parents[1] / "sql" / "0056_distance.sql"
    op.execute(path.read_text(encoding="utf-8"))
