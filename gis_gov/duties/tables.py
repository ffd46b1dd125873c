"""Tables of rules, tasks and judgements of patrols, and of the working calendar."""

from sqlalchemy import (
    ARRAY,
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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from gis_gov.db.metadata import geometry, identity, metadata, one_of

LEVELS = ("province", "city", "district", "street", "community", "grid")
OBJECT_KINDS = ("grid", "area", "route", "points", "person", "house", "enterprise", "resource")
CADENCES = ("day", "week", "ten_days", "month", "quarter")


def _of(table: str, name: str, *, key: bool = True) -> Column[int]:
    above = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(name, BigInteger, above, primary_key=key, nullable=False)


def _number(name: str, told: str | None = None, comment: str | None = None) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default=told, comment=comment)


def _is(name: str, told: bool, comment: str | None = None) -> Column[bool]:
    default = true() if told else false()
    return Column(name, Boolean, nullable=False, server_default=default, comment=comment)


patrol_rule = Table(
    "patrol_rule",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("level", Text),
    Column(
        "area_id",
        BigInteger,
        ForeignKey("area.id"),
        nullable=False,
        comment="Whose rule it is, and in which area its objects lie.",
    ),
    Column("object_kind", Text, nullable=False),
    geometry("MULTILINESTRING"),
    Column("patrol_kind", Text),
    Column("alternates", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("cadence", Text, nullable=False),
    _number("per_period", "1"),
    _is("working_days", told=False),
    Column("min_minutes", Double),
    Column("min_metres", Double),
    Column("min_interval_h", Double),
    Column("min_coverage", Double),
    Column("radius_m", Double, nullable=False),
    _is("only_near", told=False, comment="What is gone farther off than radius_m does not count."),
    _is("in_order", told=False),
    Column("max_speed_mps", Double),
    _is(
        "is_own",
        told=True,
        comment="Each worker has a task of his own; else one does it for all.",
    ),
    _number("workers_min", "1"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("made_on", Date, comment="On which day its tasks were made last."),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _is("without_stays", told=False, comment="The time of stays does not count to min_minutes."),
    UniqueConstraint("code", "version"),
    one_of("level", *LEVELS),
    one_of("object_kind", *OBJECT_KINDS),
    one_of("cadence", *CADENCES),
    CheckConstraint(
        "least(min_minutes, min_metres, min_interval_h, max_speed_mps) > 0",
        name="thresholds_positive",
    ),
    CheckConstraint("min_coverage > 0 and min_coverage <= 1", name="coverage_range"),
    CheckConstraint("radius_m between 0 and 2000", name="radius_range"),
    CheckConstraint("per_period between 1 and 31", name="per_period_range"),
    CheckConstraint(
        "workers_min >= 1 and workers_min <= 100 and (workers_min = 1 or not is_own)",
        name="workers_range",
    ),
    CheckConstraint("(object_kind = 'route') = (geom is not null)", name="route_there"),
    CheckConstraint("valid_to >= valid_from", name="validity"),
    Index("patrol_rule_area_id_idx", "area_id"),
    comment="What has to be patrolled how often, and what counts; by versions.",
)

patrol_rule_worker = Table(
    "patrol_rule_worker",
    metadata,
    _of("patrol_rule", "rule_id"),
    _of("worker", "worker_id"),
    Index("patrol_rule_worker_worker_id_idx", "worker_id"),
    comment="Who has to patrol, where a rule names them.",
)

patrol_rule_object = Table(
    "patrol_rule_object",
    metadata,
    _of("patrol_rule", "rule_id"),
    Column("object_id", BigInteger, primary_key=True),
    comment="What has to be patrolled, where a rule names it.",
)

patrol_rule_point = Table(
    "patrol_rule_point",
    metadata,
    _of("patrol_rule", "rule_id"),
    Column("number", SmallInteger, primary_key=True),
    Column("name", Text),
    Column("radius_m", Double, nullable=False),
    geometry("POINT", nullable=False),
    CheckConstraint("radius_m > 0 and radius_m <= 2000", name="radius_range"),
    comment="Where a patrol has to come by, in its order.",
)

patrol_task = Table(
    "patrol_task",
    metadata,
    identity(),
    _of("patrol_rule", "rule_id", key=False),
    Column(
        "object_id",
        BigInteger,
        nullable=False,
        comment="0 for what the rule itself draws: a route, check points.",
    ),
    Column(
        "worker_id",
        BigInteger,
        ForeignKey("worker.id", ondelete="CASCADE"),
        comment="Whose it is; null where one does it for all.",
    ),
    Column("grid_id", BigInteger),
    Column("area_id", BigInteger, nullable=False),
    _number("number", comment="From 1 on, where a rule wants several a period."),
    Column("begins_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("begins_at", DateTime(timezone=True), nullable=False),
    Column(
        "due_at",
        DateTime(timezone=True),
        nullable=False,
        comment="What begins then comes too late.",
    ),
    Column(
        "patrol_id",
        BigInteger,
        ForeignKey("patrol.id", ondelete="SET NULL"),
        comment="The patrol that fulfilled it.",
    ),
    Column("done_at", DateTime(timezone=True)),
    Column("excused_for", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("due_at > begins_at", name="due_later"),
    Index(
        "patrol_task_key",
        "rule_id",
        "object_id",
        "worker_id",
        "begins_on",
        "number",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("patrol_task_worker_id_due_at_idx", "worker_id", "due_at"),
    Index("patrol_task_area_id_due_at_idx", "area_id", "due_at"),
    Index("patrol_task_grid_id_due_at_idx", "grid_id", "due_at"),
    Index("patrol_task_due_at_idx", "due_at"),
    Index("patrol_task_rule_id_object_id_due_at_idx", "rule_id", "object_id", "due_at"),
    Index(
        "patrol_task_rule_id_due_at_idx",
        "rule_id",
        "due_at",
        postgresql_where=text("worker_id is null"),
    ),
    Index("patrol_task_patrol_id_idx", "patrol_id"),
    comment="What a rule wants of somebody in a period.",
)

patrol_judgement = Table(
    "patrol_judgement",
    metadata,
    _of("patrol", "patrol_id"),
    _of("patrol_rule", "rule_id"),
    Column("object_id", BigInteger, primary_key=True),
    Column("is_enough", Boolean, nullable=False, comment="It meets the rule, if it stood alone."),
    _is("is_alternate", told=False),
    Column("duration_s", Double, nullable=False),
    Column("valid_mileage_m", Double, nullable=False),
    Column("coverage", Double),
    Column("reasons", JSONB, nullable=False, server_default=text("'[]'")),
    Column("points", JSONB, nullable=False, server_default=text("'[]'")),
    geometry("MULTILINESTRING", name="missed"),
    Column(
        "task_id",
        BigInteger,
        ForeignKey("patrol_task.id", ondelete="SET NULL"),
        comment="The task that it fulfilled, alone or with others.",
    ),
    Column(
        "task_reasons",
        JSONB,
        nullable=False,
        server_default=text("'[]'"),
        comment="Why it fulfilled none, though it was enough.",
    ),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("judged_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("patrol_judgement_rule_id_object_id_idx", "rule_id", "object_id"),
    Index("patrol_judgement_task_id_idx", "task_id"),
    comment="What of a rule a patrol met.",
)

judgement_due = Table(
    "judgement_due",
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
    Index("judgement_due_worker_id_day_idx", "worker_id", "day"),
)

working_day = Table(
    "working_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("works", Boolean, nullable=False),
    Column("name", Text),
    comment="Days on which it is worked, or not, otherwise than from Monday to Friday.",
)
