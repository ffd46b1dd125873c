"""Tables of positions: every one, and each worker's last."""

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
)

from gis_gov.db.metadata import attrs, geometry, metadata, placement, reference, spatial_index

position = Table(
    "position",
    metadata,
    Column("id", BigInteger, Identity(always=False), nullable=False),
    Column("device", Text(collation="C"), primary_key=True),
    Column("time", DateTime(timezone=True), primary_key=True),
    reference("worker_id", "worker"),
    geometry("POINT", nullable=False),
    Column("accuracy_m", REAL),
    Column("speed_mps", REAL),
    Column("bearing_deg", REAL),
    Column("altitude_m", REAL),
    Column("source", Text),
    Column("source_datum", Text),
    *placement(),
    attrs(),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("accuracy_m >= 0", name="accuracy_positive"),
    CheckConstraint("speed_mps >= 0", name="speed_positive"),
    CheckConstraint("bearing_deg >= 0 and bearing_deg < 360", name="bearing_range"),
    spatial_index("position"),
    Index("position_worker_id_time_idx", "worker_id", "time"),
    postgresql_partition_by="range (time)",
    comment="Fixes of devices, partitioned by day (UTC+8).",
)

last_position = Table(
    "last_position",
    metadata,
    Column("worker_id", BigInteger, ForeignKey("worker.id"), primary_key=True),
    Column("device", Text(collation="C"), nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    geometry("POINT", nullable=False),
    Column("accuracy_m", REAL),
    Column("speed_mps", REAL),
    Column("bearing_deg", REAL),
    Column("grid_id", BigInteger),
    Column("area_id", BigInteger),
    spatial_index("last_position"),
    comment="Where each worker was last; kept by trigger.",
)
