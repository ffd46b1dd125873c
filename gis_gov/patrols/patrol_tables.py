"""Tables of patrols, and of the devices that tell where workers are."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gis_gov.db.metadata import (
    attrs,
    code,
    geometry,
    identity,
    metadata,
    one_of,
    reference,
    spatial_index,
    written,
)

ADDED_UP: Final = (
    "id",
    "worker_id",
    "area_id",
    "day",
    "kind",
    "mileage_m",
    "valid_mileage_m",
    "duration_s",
    "stay_s",
    "gap_s",
    "fixes",
    "rejected",
    "own_grid_share",
)
"""What a report reads, of the index alone."""


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _measure(name: str) -> Column[float]:
    return Column(name, Double, nullable=False, server_default=text("0"))


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _of_patrol() -> Column[int]:
    return Column(
        "patrol_id", BigInteger, ForeignKey("patrol.id", ondelete="CASCADE"), primary_key=True
    )


device = Table(
    "device",
    metadata,
    identity(),
    code(),
    Column("name", Text),
    Column("kind", Text, nullable=False),
    Column("mode", Text, nullable=False),
    reference("worker_id", "worker"),
    Column(
        "terminal",
        Text(collation="C"),
        unique=True,
        comment="Number by which a terminal says who it is (JT/T 808).",
    ),
    Column(
        "terminal_id",
        Text,
        comment="What it registered as; nothing else may take its place.",
    ),
    Column(
        "secret_digest",
        LargeBinary,
        comment="Digest of the code by which a terminal is let in.",
    ),
    attrs(),
    *written(),
    Column(
        "is_forwarded",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="Whether a superior platform is told its positions.",
    ),
    Column(
        "plate_color",
        SmallInteger,
        comment="Of the number plate (JT/T 415): 1 blue, 2 yellow, 3 black, 4 white …",
    ),
    CheckConstraint("plate_color between 0 and 255", name="plate_color_known"),
    one_of("kind", "phone", "terminal", "vehicle"),
    one_of("mode", "walk", "ebike", "car", "boat"),
    Index("device_worker_id_idx", "worker_id"),
    Index("device_is_forwarded_idx", "code", postgresql_where=text("is_forwarded")),
    comment="What tells positions: phones, terminals of vehicles.",
)

forward_due = Table(
    "forward_due",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("device", Text(collation="C"), nullable=False),
    _instant("time"),
    comment="Positions that wait to be forwarded.",
)

patrol = Table(
    "patrol",
    metadata,
    identity(),
    code(),
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False, comment="The day (UTC+8) on which it began."),
    Column("kind", Text, nullable=False, server_default="patrol"),
    Column(
        "is_detected",
        Boolean,
        nullable=False,
        comment="Nobody started it: it is told from the fixes alone.",
    ),
    Column("is_open", Boolean, nullable=False),
    _instant("begins_at"),
    _instant("ends_at", nullable=True),
    Column("area_id", BigInteger, comment="Where the worker was employed when it was computed."),
    _number("fixes"),
    _number("rejected"),
    Column(
        "mileage_m",
        Double,
        nullable=False,
        server_default=text("0"),
        comment="From fix to fix, as it is received.",
    ),
    Column(
        "valid_mileage_m",
        Double,
        nullable=False,
        server_default=text("0"),
        comment="What the worker went, by the fixes that count.",
    ),
    _measure("duration_s"),
    _measure("stay_s"),
    _measure("gap_s"),
    Column("own_grid_share", REAL),
    Column("stays", JSONB, nullable=False, server_default=text("'[]'")),
    Column("gaps", JSONB, nullable=False, server_default=text("'[]'")),
    geometry("MULTILINESTRING"),
    Column(
        "version",
        Integer,
        nullable=False,
        server_default=text("1"),
        comment="How often its figures changed; late fixes change them.",
    ),
    Column("computed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("ends_at >= begins_at", name="ends_later"),
    CheckConstraint("own_grid_share between 0 and 1", name="share_range"),
    Index("patrol_worker_id_begins_at_idx", "worker_id", "begins_at"),
    Index("patrol_area_id_begins_at_idx", "area_id", "begins_at"),
    Index("patrol_begins_at_idx", "begins_at", postgresql_include=ADDED_UP),
    spatial_index("patrol"),
    comment="What a worker went in one go.",
)

patrol_grid = Table(
    "patrol_grid",
    metadata,
    _of_patrol(),
    Column("grid_id", BigInteger, primary_key=True),
    _instant("entered_at"),
    Column(
        "left_at",
        DateTime(timezone=True),
        nullable=False,
        comment="When it was left for the last time.",
    ),
    Column("duration_s", Double, nullable=False),
    Column(
        "valid_mileage_m",
        Double,
        nullable=False,
        server_default=text("0"),
        comment="Its part of the valid mileage of the patrol; what was gone outside all grids is"
        " in none.",
    ),
    Index("patrol_grid_grid_id_idx", "grid_id"),
)

patrol_event = Table(
    "patrol_event",
    metadata,
    _of_patrol(),
    Column("event_id", BigInteger, primary_key=True),
    Column(
        "distance_m",
        Double,
        nullable=False,
        comment="How near he was, within minutes of the report.",
    ),
    Index("patrol_event_event_id_idx", "event_id"),
    comment="The events that were reported where and when a worker went.",
)

patrol_version = Table(
    "patrol_version",
    metadata,
    _of_patrol(),
    Column("version", Integer, primary_key=True),
    _instant("computed_at"),
    _instant("begins_at"),
    _instant("ends_at", nullable=True),
    Column("fixes", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("mileage_m", Double, nullable=False),
    Column("valid_mileage_m", Double, nullable=False),
    Column("duration_s", Double, nullable=False),
)

patrol_due = Table(
    "patrol_due",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("worker_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column(
        "noted_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.clock_timestamp(),
    ),
    Index("patrol_due_worker_id_day_idx", "worker_id", "day"),
)

dropped_day = Table(
    "dropped_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("dropped_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "forgotten_at",
        DateTime(timezone=True),
        comment="When the lines, and what else is kept of positions, were gone, too.",
    ),
    comment=(
        "Days (UTC+8) whose positions were dropped: their patrols stay as they were computed."
    ),
)

walked_day = Table(
    "walked_day",
    metadata,
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("cells", ARRAY(BigInteger), nullable=False),
    Index("walked_day_day_idx", "day"),
    comment="The cells that a worker came through on a day (UTC+8).",
)

walked_cell = Table(
    "walked_cell",
    metadata,
    Column("month", Date, primary_key=True, comment="Its first day."),
    Column("cell", BigInteger, primary_key=True, autoincrement=False),
    Column("days", Integer, nullable=False),
    comment="How many days of workers led through a cell. Kept by trigger.",
)

track_print = Table(
    "track_print",
    metadata,
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("print", BigInteger, primary_key=True, autoincrement=False),
    _instant("at"),
    Index("track_print_print_idx", "print"),
    Index("track_print_day_idx", "day"),
    comment=(
        "Hashes of some places in a row of a worker's day (UTC+8); kept as long as its positions."
    ),
)
