"""Audit: a partition a month, and every entry chained to the one before it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).resolve().parent.parent / "sql"
INDEXES = {
    "at": ["at"],
    "actor": ["actor", "number"],
    "action": ["action", "number"],
    "object": ["object_kind", "object_code", "number"],
}

# One after the other, as the trigger does it, but with the times that they have.
KEEP = """
do $$
declare
    former record;
    entry audit;
begin
    for former in
        select distinct date_trunc('month', f.at at time zone 'Asia/Shanghai')::date as month
        from audit_before as f
    loop
        perform audit_month(former.month);
    end loop;
    entry.number := 0;
    entry.hash := sha256('');
    for former in select * from audit_before as f order by f.at, f.id loop
        entry.number := entry.number + 1;
        entry.at := former.at;
        entry.actor := former.actor;
        entry.client := former.client;
        entry.action := former.action;
        entry.object_kind := former.object_kind;
        entry.object_code := former.object_code;
        entry.result := former.result;
        entry.reason := former.reason;
        entry.detail := former.detail;
        entry.previous_hash := entry.hash;
        entry.hash := audit_hash(entry);
        insert into audit select entry.*;
    end loop;
    update audit_head set part = coalesce((
        select c.relname from audit as a inner join pg_class as c on a.tableoid = c.oid
        order by a.number desc limit 1
    ), 'audit_default'), chain = case when entry.number > 0 then gen_random_uuid() end;
end
$$
"""


def upgrade() -> None:
    op.rename_table("audit", "audit_before")
    op.execute("drop trigger audit_append_only on audit_before")
    op.execute("alter table audit_before rename constraint audit_pkey to audit_before_pkey")
    op.execute("drop index audit_at_idx")
    create_tables()
    run("audit")
    op.execute(KEEP)
    op.drop_table("audit_before")
    run("audit_rules")


def create_tables() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("client", postgresql.INET(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_code", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", "at", name=op.f("audit_pkey")),
        postgresql_partition_by="range (at)",
        comment="The record of what was done; rows are only ever added, each chained to the last.",
    )
    for name, columns in INDEXES.items():
        op.create_index(f"audit_{name}_idx", "audit", columns)
    op.execute("create table audit_default partition of audit default")
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("chain", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("audit_head_pkey")),
        comment="The partition of the newest audit entry, and the name that the chain has got with its"
        " first one; who holds the row may write the next.",
    )
    op.execute("insert into audit_head (part) values ('audit_default')")


def run(step: str) -> None:
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / f"0004_{step}.sql").read_text(encoding="utf-8"))
