"""Access: accounts, rights, keys, sessions; the application's role, and what it may see."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).resolve().parent.parent / "sql"
STEPS = ("covers_exactly", "place_by_address", "announce", "reach", "rights")
PLACED_BY_ADDRESS = ("person", "house", "enterprise")
ROLES = (
    "'system_administrator', 'security_administrator', 'auditor', 'commander', 'supervisor',"
    " 'grid_worker', 'department_officer', 'weather_officer', 'analyst', 'screen'"
)

# Roles belong to the whole server: another database's migration may make it at the same moment.
MAKE_ROLE = """
do $$
begin
    begin
        if not exists (select from pg_roles where rolname = 'gis_gov_app') then
            create role gis_gov_app nologin nosuperuser nobypassrls;
        end if;
    exception when duplicate_object or unique_violation then
        null;  -- somebody else has made it
    end;
    if (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    begin
        execute format('grant gis_gov_app to %I', current_user);
    exception
        when unique_violation then
            null;  -- somebody else has granted it
        when insufficient_privilege then
            if not pg_has_role(current_user, 'gis_gov_app', 'member') then
                raise;
            end if;
    end;
end
$$
"""


def upgrade() -> None:
    op.execute(MAKE_ROLE)
    place_by_address()
    op.add_column("event", sa.Column("department", sa.Text(), nullable=True))
    create_accounts()
    create_rights()
    create_sessions()
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for step in STEPS:
        driver.execute((SQL / f"0002_{step}.sql").read_text(encoding="utf-8"))


def place_by_address() -> None:
    for table in PLACED_BY_ADDRESS:
        op.add_column(table, sa.Column("grid_id", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("area_id", sa.BigInteger(), nullable=True))
        op.execute(f"alter table {table} disable trigger user")
        op.execute(
            f"update {table} as t set grid_id = a.grid_id, area_id = a.area_id"  # noqa: S608
            " from address as a where a.id = t.address_id"
        )
        op.execute(f"alter table {table} enable trigger user")
        op.create_index(f"{table}_grid_id_idx", table, ["grid_id"])
        op.create_index(f"{table}_area_id_idx", table, ["area_id"])


def moment(name: str, *, nullable: bool = True, default: str | None = None) -> sa.Column:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=nullable,
        server_default=default and sa.text(default),
    )


def identity() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def create_accounts() -> None:
    op.create_table(
        "account",
        identity(),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        moment("password_set_at"),
        sa.Column(
            "password_must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "former_password_hashes",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        moment("locked_until"),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("oidc_issuer", sa.Text(), nullable=True),
        sa.Column("oidc_subject", sa.Text(), nullable=True),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        moment("disabled_at"),
        moment("created_at", nullable=False, default="now()"),
        moment("updated_at", nullable=False, default="now()"),
        sa.CheckConstraint(
            "name ~ '^[^[:space:][:cntrl:]/:]{2,64}$'", name=op.f("account_name_shape")
        ),
        sa.CheckConstraint(
            "(oidc_issuer is null) = (oidc_subject is null)", name=op.f("account_oidc_whole")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("account_worker_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
        sa.UniqueConstraint("name", name=op.f("account_name_key")),
        comment="People who sign in; each has an account of their own.",
    )
    op.create_index(
        "account_oidc_key",
        "account",
        ["oidc_issuer", "oidc_subject"],
        unique=True,
        postgresql_where=sa.text("oidc_subject is not null"),
    )


def create_rights() -> None:
    op.create_table(
        "api_key",
        identity(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        moment("expires_at", nullable=False),
        moment("revoked_at"),
        moment("created_at", nullable=False, default="now()"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("api_key_token_hash_length")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("api_key_expires_later")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("api_key_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("api_key_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("api_key_token_hash_key")),
        comment="Keys of machines, only as hashes; without an account, made at the command line.",
    )
    op.create_index("api_key_account_id_idx", "api_key", ["account_id"])
    op.create_table(
        "role_grant",
        identity(),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("key_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("person_classes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("valid_from", sa.Date(), server_default=sa.text("current_date"), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        moment("created_at", nullable=False, default="now()"),
        sa.CheckConstraint(f"role in ({ROLES})", name=op.f("role_grant_role_known")),
        sa.CheckConstraint(
            "num_nonnulls(account_id, key_id) = 1", name=op.f("role_grant_one_holder")
        ),
        sa.CheckConstraint(
            "num_nonnulls(area_id, grid_id) <= 1", name=op.f("role_grant_one_place")
        ),
        sa.CheckConstraint(
            "person_classes <@ array['service', 'control', 'rely', 'other']"
            " and cardinality(person_classes) > 0",
            name=op.f("role_grant_person_classes_known"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("role_grant_validity")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("role_grant_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("role_grant_key_id_fkey")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("role_grant_area_id_fkey")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("role_grant_grid_id_fkey")),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["account.id"], name=op.f("role_grant_granted_by_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("role_grant_pkey")),
        comment="Who holds which role, where (nowhere named: everywhere), for what, from when to when.",
    )
    op.create_index("role_grant_account_id_idx", "role_grant", ["account_id"])
    op.create_index("role_grant_key_id_idx", "role_grant", ["key_id"])


def create_sessions() -> None:
    op.create_table(
        "session",
        identity(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        moment("created_at", nullable=False, default="now()"),
        moment("seen_at", nullable=False, default="now()"),
        moment("ends_at", nullable=False),
        sa.Column("client", postgresql.INET(), nullable=True),
        sa.Column("method", sa.Text(), server_default="password", nullable=False),
        sa.CheckConstraint(
            "method in ('password', 'password+totp', 'oidc')", name=op.f("session_method_known")
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("session_token_hash_length")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("session_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("session_token_hash_key")),
        comment="Browsers that are signed in, only as hashes.",
    )
    op.create_index("session_account_id_idx", "session", ["account_id"])
    op.create_index("session_ends_at_idx", "session", ["ends_at"])
