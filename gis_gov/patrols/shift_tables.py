"""Tables of shifts: when workers are on shift, and who is not at the moment."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    Time,
)

from gis_gov.db.metadata import metadata

shift = Table(
    "shift",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("weekdays", ARRAY(SmallInteger), comment="1 is Monday."),
    Column("day", Date),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    CheckConstraint("kind in ('duty', 'leave')", name="kind_known"),
    CheckConstraint(
        "weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0",
        name="weekdays_known",
    ),
    CheckConstraint(
        "num_nonnulls(weekdays, day) = 1 and num_nonnulls(valid_from, day) = 1"
        " and (day is null or valid_to is null)",
        name="one_when",
    ),
    CheckConstraint("valid_to >= valid_from", name="validity"),
    CheckConstraint("begins < '24:00' and ends < '24:00'", name="times_known"),
    CheckConstraint(
        "coalesce(day, valid_from) >= '1900-01-01' and coalesce(day, valid_from) <= '2999-12-31'"
        " and (valid_to is null or valid_to <= '2999-12-31')",
        name="days_known",
    ),
    Index("shift_worker_id_idx", "worker_id"),
    comment="When workers are on shift, and when they are not after all.",
)

off_shift = Table(
    "off_shift",
    metadata,
    Column("worker_id", BigInteger, ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
    comment=("The workers who are off shift at the moment: nobody else is told where they are."),
)
