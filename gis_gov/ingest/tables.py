"""The record of each load: what was read, and what became of it."""

from sqlalchemy import Column, DateTime, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from gis_gov.db.metadata import identity, metadata

load_run = Table(
    "load_run",
    metadata,
    identity(),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("kind", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text),
    Column("datum", Text),
    Column("report", JSONB, nullable=False),
    comment="One row a loaded file, with the report that the loader printed.",
)
