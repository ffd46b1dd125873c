"""Grids and areas are written over HTTP: the role, what the server may write, and where."""

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0027"

SQL = Path(__file__).resolve().parent.parent / "sql"
ROLES = (
    "'system_administrator', 'security_administrator', 'auditor', 'commander', 'supervisor',"
    " 'grid_worker', 'editor', 'registrar', 'boundary_administrator', 'department_officer',"
    " 'weather_officer', 'analyst', 'screen'"
)


def upgrade() -> None:
    op.drop_constraint("role_grant_role_known", "role_grant")
    op.create_check_constraint(op.f("role_grant_role_known"), "role_grant", f"role in ({ROLES})")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0028_writing_boundaries.sql").read_text(encoding="utf-8"))
