"""Positions tell why they are rejected, devices have a mode, and patrols are kept."""

from pathlib import Path

from alembic import op

revision = "0034"
down_revision = "0033"

SQL = Path(__file__).resolve().parent.parent / "sql"
ROLES = (
    "'system_administrator', 'security_administrator', 'auditor', 'commander', 'supervisor',"
    " 'grid_worker', 'editor', 'registrar', 'boundary_administrator', 'department_officer',"
    " 'weather_officer', 'analyst', 'gateway', 'screen'"
)


def upgrade() -> None:
    op.drop_constraint("role_grant_role_known", "role_grant")
    op.create_check_constraint(op.f("role_grant_role_known"), "role_grant", f"role in ({ROLES})")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for name in ("boundary_state", "taking_in", "patrol", "patrol_rights"):
        driver.execute((SQL / f"0034_{name}.sql").read_text(encoding="utf-8"))
