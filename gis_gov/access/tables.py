"""The audit table: who did what to what, when and why."""

from sqlalchemy import Column, DateTime, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import INET, JSONB

from gis_gov.db.metadata import identity, metadata

audit = Table(
    "audit",
    metadata,
    identity(),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False),
    Column("client", INET),
    Column("action", Text, nullable=False),
    Column("object_kind", Text),
    Column("object_code", Text),
    Column("result", Text, nullable=False),
    Column("reason", Text),
    Column("detail", JSONB),
    Index("audit_at_idx", "at"),
    comment="The record of what was done; rows are only ever added.",
)
