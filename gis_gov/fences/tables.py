"""Tables of geofences, their versions, what workers do by them, and alarms."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from gis_gov.db.metadata import (
    code,
    geometry,
    identity,
    metadata,
    one_of,
    reference,
    spatial_index,
    written,
)


def _instant(name: str, *, nullable: bool = True, comment: str | None = None) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, comment=comment)


def _noted(name: str) -> Column[object]:
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    )


def _of(name: str, table: str, *, nullable: bool = False) -> Column[int]:
    return Column(
        name, BigInteger, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable
    )


def _places(*names: str) -> tuple[Column[int], ...]:
    return tuple(Column(name, BigInteger) for name in names)


fence = Table(
    "fence",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    reference("of_grid_id", "grid"),
    reference("of_area_id", "area"),
    Column(
        "geom",
        geometry("GEOMETRY").type,
        comment="Polygon, or middle line of a corridor; of a grid or an area by trigger.",
    ),
    Column("width_m", Double),
    Column("tells", ARRAY(Text), nullable=False, server_default=text("'{enter,exit}'")),
    Column("dwell_s", Double, nullable=False, server_default=text("0")),
    Column("hysteresis_m", Double, nullable=False, server_default=text("20")),
    Column(
        "windows",
        JSONB,
        comment="When it counts: weekdays (1 Monday to 7), from, to (UTC+8); null: always.",
    ),
    _instant("valid_from"),
    _instant("valid_to"),
    reference("for_area_id", "area"),
    Column(
        "for_workers",
        ARRAY(BigInteger),
        comment="Ids of those who are watched; with for_area_id null, too: all.",
    ),
    Column(
        "away_s",
        Double,
        nullable=False,
        server_default=text("300"),
        comment="So long may one be outside who should be inside.",
    ),
    Column("alone_s", Double, comment="So long may one be alone in it; null: for ever."),
    Column(
        "near_m",
        Double,
        comment="No two may be nearer to each other in it for near_s; null: any may.",
    ),
    Column("near_s", Double, nullable=False, server_default=text("0")),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    _instant("retired_at"),
    Column(
        "area_id",
        BigInteger,
        comment="The smallest area that holds all of it; decides on who may know of it.",
    ),
    Column("grid_id", BigInteger),
    *written(),
    CheckConstraint("num_nonnulls(of_grid_id, of_area_id) <= 1", name="shape_one"),
    CheckConstraint(
        "geom is not null or num_nonnulls(of_grid_id, of_area_id) = 1", name="shape_there"
    ),
    CheckConstraint(
        "st_isvalid(geom) and not st_isempty(geom) and geometrytype(geom) in"
        " ('POLYGON', 'MULTIPOLYGON', 'LINESTRING', 'MULTILINESTRING')",
        name="geom_valid",
    ),
    CheckConstraint("(st_dimension(geom) = 1) = (width_m is not null)", name="width_of_line"),
    CheckConstraint("width_m > 0 and width_m <= 10000", name="width_range"),
    CheckConstraint(
        "tells <@ array['enter', 'exit', 'cross', 'inside', 'outside'] and cardinality(tells) > 0",
        name="tells_known",
    ),
    CheckConstraint("dwell_s between 0 and 86400", name="dwell_range"),
    CheckConstraint("hysteresis_m between 0 and 1000", name="hysteresis_range"),
    CheckConstraint("valid_to > valid_from", name="validity"),
    CheckConstraint("num_nonnulls(for_area_id, for_workers) <= 1", name="for_one"),
    CheckConstraint(
        "away_s >= 0 and away_s <= 86400 and alone_s >= 0 and alone_s <= 86400"
        " and near_m > 0 and near_m <= 1000 and near_s >= 0 and near_s <= 86400",
        name="alarm_range",
    ),
    spatial_index("fence"),
    Index("fence_of_grid_id_idx", "of_grid_id"),
    Index("fence_of_area_id_idx", "of_area_id"),
    comment="Geofences: in which area who is watched.",
)

fence_version = Table(
    "fence_version",
    metadata,
    identity(),
    _of("fence_id", "fence"),
    _instant("begins_at", nullable=False),
    _instant("ends_at"),
    geometry("GEOMETRY", nullable=False),
    Column("width_m", Double),
    Column("tells", ARRAY(Text), nullable=False),
    Column("dwell_s", Double, nullable=False),
    Column("hysteresis_m", Double, nullable=False),
    Column("windows", JSONB),
    _instant("valid_from"),
    _instant("valid_to"),
    Column("for_area_id", BigInteger),
    Column("for_workers", ARRAY(BigInteger)),
    *_places("area_id", "grid_id"),
    CheckConstraint("ends_at >= begins_at", name="ends_later"),
    Index(
        "fence_version_now_key", "fence_id", unique=True, postgresql_where=text("ends_at is null")
    ),
    Index("fence_version_fence_id_idx", "fence_id"),
    comment="What a fence was from when until when; kept by trigger.",
)

fence_state = Table(
    "fence_state",
    metadata,
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
    Column("hour_at", DateTime(timezone=True), primary_key=True),
    *(Column(name, Double, nullable=False) for name in ("last_s", "lon", "lat", "accuracy_m")),
    Column(
        "pairs",
        JSONB,
        nullable=False,
        comment="Version, whether inside, since when (s since 1970), whether told.",
    ),
    Index("fence_state_hour_at_idx", "hour_at"),
    comment="Where workers are by the fences near them, by hour; derived from positions.",
)

crossing = Table(
    "crossing",
    metadata,
    identity(),
    _of("worker_id", "worker"),
    _of("fence_id", "fence"),
    Column("version_id", BigInteger, nullable=False),
    _instant("hour_at", nullable=False, comment="The hour (UTC) of the fix by which it is known."),
    Column("kind", Text, nullable=False),
    _instant("at", nullable=False),
    _instant("until"),
    _instant("known_at", nullable=False),
    Column(
        "is_told",
        Boolean,
        nullable=False,
        comment="The fence tells of such; others are kept for the alarms.",
    ),
    Column(
        "geom",
        geometry("POINT").type,
        comment="Null as soon as the positions of its day are not kept any more.",
    ),
    *_places("area_id", "grid_id", "fence_area_id", "fence_grid_id"),
    _noted("made_at"),
    _instant("withdrawn_at", comment="Since when it is known not to have been so; null: it was."),
    one_of("kind", "enter", "exit", "cross"),
    CheckConstraint("(kind = 'cross') = (until is not null)", name="until_of_cross"),
    CheckConstraint("until >= at", name="until_later"),
    spatial_index("crossing"),
    Index("crossing_at_id_idx", "at", "id"),
    Index("crossing_placed_at_idx", "at", postgresql_where=text("geom is not null")),
    Index("crossing_fence_id_at_idx", "fence_id", "at"),
    Index("crossing_worker_id_at_idx", "worker_id", "at"),
    Index(
        "crossing_hour_idx",
        "worker_id",
        "hour_at",
        postgresql_where=text("withdrawn_at is null"),
    ),
    Index(
        "crossing_left_idx",
        "version_id",
        "at",
        postgresql_where=text("kind = 'exit' and withdrawn_at is null"),
    ),
    Index(
        "crossing_passed_idx",
        "worker_id",
        "version_id",
        "at",
        postgresql_where=text("kind <> 'cross' and withdrawn_at is null"),
    ),
    comment="Who came into which fence, left it or passed through it.",
)

crossing_due = Table(
    "crossing_due",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("worker_id", BigInteger, nullable=False),
    _instant("hour_at", nullable=False),
    _instant("since", nullable=False),
)

alarm_due = Table(
    "alarm_due",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("worker_id", BigInteger, nullable=False),
    Column("fence_id", BigInteger, nullable=False),
    _instant("since", nullable=False),
    comment="Alarms of which workers in which fences are to be looked at again, since when.",
)

alarm = Table(
    "alarm",
    metadata,
    identity(),
    Column("kind", Text, nullable=False),
    _of("worker_id", "worker"),
    _of("other_id", "worker", nullable=True),
    _of("fence_id", "fence", nullable=True),
    _instant(
        "since",
        nullable=False,
        comment="Since when it was so, by the fixes; it is opened as it is found.",
    ),
    _instant(
        "last_at",
        nullable=False,
        comment="When it was so for the last time, as far as is known.",
    ),
    _noted("opened_at"),
    _instant("closed_at"),
    _instant("acknowledged_at"),
    Column("acknowledged_by", Text),
    Column("note", Text),
    Column(
        "geom",
        geometry("POINT").type,
        comment="Where the worker was as it was told, or would have been in time; null as soon as"
        " the positions of the day since when it was so are not kept.",
    ),
    *_places("area_id", "grid_id", "fence_area_id", "fence_grid_id"),
    _instant(
        "withdrawn_at", comment="Since when late fixes show that it was not so; null: it was."
    ),
    one_of("kind", "sos", "inside", "outside", "alone", "near"),
    CheckConstraint(
        "(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged_whole"
    ),
    CheckConstraint("closed_at >= opened_at", name="closed_later"),
    CheckConstraint("last_at >= since", name="last_later"),
    Index(
        "alarm_open_key",
        "kind",
        "worker_id",
        text("coalesce(fence_id, 0)"),
        text("coalesce(other_id, 0)"),
        unique=True,
        postgresql_where=text("closed_at is null"),
    ),
    Index("alarm_opened_at_id_idx", "opened_at", "id"),
    Index("alarm_placed_since_idx", "since", postgresql_where=text("geom is not null")),
    Index("alarm_worker_id_idx", "worker_id"),
    Index("alarm_fence_id_worker_id_idx", "fence_id", "worker_id", "last_at"),
    Index("alarm_alone_idx", "fence_id", "last_at", postgresql_where=text("kind = 'alone'")),
    Index("alarm_last_at_idx", "last_at"),
    spatial_index("alarm"),
    comment="What is alarming in where workers are.",
)
