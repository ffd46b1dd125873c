"""Tables of events and of the dictionaries that class them."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Table, Text, UniqueConstraint, text

from gis_gov.db.metadata import (
    attrs,
    code,
    geometry,
    identity,
    metadata,
    one_of,
    placement,
    placement_indexes,
    provenance,
    reference,
    written,
)

EVENT_STATES = ("pending", "accepted", "handling", "verifying", "closed", "rejected", "suspended")
EVENT_LEVELS = ("grid", "community", "street", "district")

event_dictionary = Table(
    "event_dictionary",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    Column("version", Text),
    comment="Dictionaries of event classes: a standard's, or a tenant's own.",
)

event_class = Table(
    "event_class",
    metadata,
    identity(),
    reference("dictionary_id", "event_dictionary", nullable=False),
    Column("code", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    reference("parent_id", "event_class"),
    UniqueConstraint("dictionary_id", "code"),
    Index("event_class_parent_id_idx", "parent_id"),
    comment="The classes and items of a dictionary.",
)

event = Table(
    "event",
    metadata,
    identity(),
    code(),
    Column("external_code", Text),
    Column("title", Text),
    Column("description", Text),
    reference("class_id", "event_class"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("level", Text),
    Column("source", Text),
    Column("department", Text),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    reference("worker_id", "worker"),
    Column("address_text", Text),
    geometry("POINT"),
    *provenance(),
    *placement(),
    attrs(),
    *written(),
    one_of("state", *EVENT_STATES),
    one_of("level", *EVENT_LEVELS),
    CheckConstraint("closed_at >= reported_at", name="closed_after_reported"),
    *placement_indexes("event"),
    Index(
        "event_reported_idx",
        "reported_at",
        postgresql_include=["cell", "grid_id", "area_id", "department"],
    ),
    Index(
        "event_unclosed_idx",
        "geom",
        postgresql_using="gist",
        postgresql_where=text("state <> 'closed' or coalesce(cell, 0) = 0"),
    ),
    Index(
        "event_closed_idx",
        "closed_at",
        postgresql_include=[
            "id",
            "reported_at",
            "state",
            "level",
            "class_id",
            "department",
            "grid_id",
            "area_id",
            "geom",
        ],
    ),
    Index("event_cell_idx", "cell"),
    # Of a million some thousands are not closed: what most lists ask for.
    Index("event_open_idx", "code", "state", postgresql_where=text("state <> 'closed'")),
    Index("event_class_id_idx", "class_id"),
    Index("event_worker_id_idx", "worker_id"),
    comment="Events; each keeps the grid of its day.",
)
