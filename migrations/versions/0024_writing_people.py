"""People are written over HTTP, too: the registrar's role, and where he may write whom."""

from pathlib import Path

from alembic import op

revision = "0024"
down_revision = "0023"

SQL = Path(__file__).resolve().parent.parent / "sql"
ROLES = (
    "'system_administrator', 'security_administrator', 'auditor', 'commander', 'supervisor',"
    " 'grid_worker', 'editor', 'registrar', 'department_officer', 'weather_officer', 'analyst',"
    " 'screen'"
)


def upgrade() -> None:
    op.drop_constraint("role_grant_role_known", "role_grant")
    op.create_check_constraint(op.f("role_grant_role_known"), "role_grant", f"role in ({ROLES})")
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0024_writing_people.sql").read_text(encoding="utf-8"))
