"""Tables of workers and their positions: every one, each one's last, and the lines they make."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    false,
    func,
    text,
)

from gis_gov.db.metadata import (
    SRID,
    attrs,
    code,
    geometry,
    identity,
    metadata,
    phone_indexes,
    placement,
    reference,
    sealed_phone,
    spatial_index,
    written,
)
from gis_gov.patrols.patrol_tables import (
    device,
    dropped_day,
    forward_due,
    patrol,
    patrol_due,
    patrol_event,
    patrol_grid,
    patrol_version,
    track_print,
    walked_cell,
    walked_day,
)
from gis_gov.patrols.shift_tables import off_shift, shift

__all__ = [
    "device",
    "dropped_day",
    "forward_due",
    "last_position",
    "off_shift",
    "patrol",
    "patrol_due",
    "patrol_event",
    "patrol_grid",
    "patrol_version",
    "position",
    "shift",
    "track_due",
    "track_line",
    "track_part",
    "track_print",
    "walked_cell",
    "walked_day",
    "worker",
]

worker = Table(
    "worker",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    *sealed_phone(),
    Column("kind", Text),
    Column("organisation", Text),
    reference("area_id", "area"),
    attrs(),
    *written(),
    Index("worker_area_id_idx", "area_id"),
    *phone_indexes("worker"),
    comment="Grid workers and others who patrol.",
)

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
    Column("code", Text(collation="C"), Computed("id::text"), nullable=False),
    Column(
        "device_time",
        DateTime(timezone=True),
        comment="What the clock of the device said as it sent the fix.",
    ),
    Column("sequence", BigInteger, comment="The own count of the device of what it sends."),
    Column("is_mock", Boolean, nullable=False, server_default=false()),
    Column(
        "rejected_for",
        Text(collation="C"),
        comment="Why the fix does not count: a reason of the pipeline; null where it does.",
    ),
    CheckConstraint("accuracy_m >= 0", name="accuracy_positive"),
    CheckConstraint("speed_mps >= 0", name="speed_positive"),
    CheckConstraint("bearing_deg >= 0 and bearing_deg < 360", name="bearing_range"),
    spatial_index("position"),
    Index("position_worker_id_time_idx", "worker_id", "time"),
    Index("position_code_idx", "code"),
    Index("position_time_idx", "time"),
    # At each start those are looked for that have no cell: hardly any, of hundreds of millions.
    Index("position_cell_missing_idx", "id", postgresql_where=text("cell is null")),
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
    Column(
        "still_since",
        DateTime(timezone=True),
        comment="Since when the worker has not gone more than 50 m away from still_at.",
    ),
    geometry("POINT", name="still_at"),
    spatial_index("last_position"),
    comment="Where each worker was last; kept by trigger.",
)

track_line = Table(
    "track_line",
    metadata,
    Column("device", Text(collation="C"), primary_key=True),
    Column("hour_at", DateTime(timezone=True), primary_key=True),
    Column("begins_at", DateTime(timezone=True), primary_key=True),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
    Column("first_id", BigInteger, nullable=False),
    Column("is_first", Boolean, nullable=False),
    Column("is_last", Boolean, nullable=False),
    Column(
        "geom",
        Geometry("LINESTRINGM", srid=SRID, dimension=3, spatial_index=False),
        nullable=False,
    ),
    geometry("LINESTRING", nullable=False, name="coarse"),
    Column(
        "areas",
        ARRAY(BigInteger),
        nullable=False,
        comment=(
            "Of all fixes of its worker by its device in its hour, not of its own alone:"
            " else they would join others."
        ),
    ),
    Column("grids", ARRAY(BigInteger), nullable=False),
    Index(
        "track_line_geom_idx",
        "geom",
        postgresql_using="gist",
        postgresql_ops={"geom": "gist_geometry_ops_nd"},
    ),
    Index("track_line_worker_id_idx", "worker_id"),
    comment=(
        "Fixes of a device in an hour, joined; M is the time in seconds since 1970."
        " Kept by keep_track_lines."
    ),
)

track_part = Table(
    "track_part",
    metadata,
    Column("device", Text(collation="C"), nullable=False),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("worker_id", BigInteger, nullable=False),
    Column("area_id", BigInteger),
    Column("grid_id", BigInteger),
    Column(
        "geom",
        Geometry("LINESTRINGM", srid=SRID, dimension=3, spatial_index=False),
        nullable=False,
    ),
    Index(
        "track_part_geom_idx",
        "geom",
        postgresql_using="gist",
        postgresql_ops={"geom": "gist_geometry_ops_nd"},
    ),
    Index("track_part_device_hour_at_idx", "device", "hour_at"),
    comment="Where in each area and grid a device has fixes in an hour. Kept by keep_track_lines.",
)

track_area = Table(
    "track_area",
    metadata,
    Column("device", Text(collation="C"), nullable=False),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("worker_id", BigInteger, nullable=False),
    Column("area_id", BigInteger),
    Column(
        "first_ids",
        ARRAY(BigInteger),
        nullable=False,
        comment="Of the first fix of each piece.",
    ),
    Column(
        "pieces",
        Geometry("MULTILINESTRINGM", srid=SRID, dimension=3, spatial_index=False),
        nullable=False,
    ),
    Index(
        "track_area_pieces_idx",
        "pieces",
        postgresql_using="gist",
        postgresql_ops={"pieces": "gist_geometry_ops_nd"},
    ),
    Index("track_area_device_hour_at_idx", "device", "hour_at"),
    comment=(
        "Of hours in several areas the fixes in each:"
        " a piece ends where the next fix is in another one, or leaps. Kept by keep_track_lines."
    ),
)

track_due = Table(
    "track_due",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("device", Text(collation="C"), nullable=False),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    geometry("GEOMETRY", nullable=False),
    Column("worker_id", BigInteger),
    Column("area_id", BigInteger),
    Column("grid_id", BigInteger),
    Index("track_due_hour_at_idx", "hour_at"),
    comment="From when on the track lines of a device's hour are to be made anew.",
)
