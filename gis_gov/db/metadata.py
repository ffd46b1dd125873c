"""What all tables share: the naming of constraints, and the columns that recur."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SRID = 4490
_NUMBERS = (1, 2, 3)  # as many as access/personal finds in a phone field

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)


def identity() -> Column[int]:
    """Make the surrogate key `id`."""
    return Column("id", BigInteger, Identity(always=False), primary_key=True)


def code() -> Column[str]:
    """Make the natural key `code`: unique for ever, and compared byte by byte."""
    return Column("code", Text(collation="C"), nullable=False, unique=True)


def reference(name: str, target: str, *, nullable: bool = True) -> Column[int]:
    """Make a foreign key to `target.id`."""
    return Column(name, BigInteger, ForeignKey(f"{target}.id"), nullable=nullable)


def geometry(kind: str, *, nullable: bool = True, name: str = "geom") -> Column[object]:
    """Make a geometry column of `kind` in EPSG:4490, x = longitude."""
    return Column(name, Geometry(kind, srid=SRID, spatial_index=False), nullable=nullable)


def spatial_index(table: str, column: str = "geom") -> Index:
    """Make the GiST index of a geometry column."""
    return Index(f"{table}_{column}_idx", column, postgresql_using="gist")


def attrs() -> Column[object]:
    """Make the column that keeps what a source told and no other column holds."""
    return Column("attrs", JSONB, nullable=False, server_default=text("'{}'"))


def written() -> tuple[Column[object], Column[object]]:
    """Make `created_at` and `updated_at`."""
    return (
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def provenance() -> tuple[Column[object], ...]:
    """Make the columns that keep a point as it was given: datum, coordinates, method, accuracy."""
    return (
        Column("source_datum", Text),
        Column("source_x", Double),
        Column("source_y", Double),
        Column("place_method", Text),
        Column("accuracy_m", REAL),
    )


def placement() -> tuple[Column[object], ...]:
    """Make the derived place of a point: grid and area (by trigger), H3 cell (by our code).

    They are no foreign keys: the triggers keep them true, and a key would cost a bulk load a
    look-up a row.
    """
    return (
        Column("grid_id", BigInteger),
        Column("area_id", BigInteger),
        Column("cell", BigInteger),
    )


def placement_indexes(table: str, *listed: str) -> tuple[Index, ...]:
    """Make the indexes that the questions about places use, those for missing cells and places too.

    `listed` are columns by which the things of an area are ordered.
    """
    return (
        spatial_index(table),
        Index(f"{table}_grid_id_idx", "grid_id"),
        Index(f"{table}_area_id_idx", "area_id", *listed),
        Index(
            f"{table}_cell_missing_idx",
            "id",
            postgresql_where=text("cell is null and geom is not null"),
        ),
        # Found in every box, and the spatial index is gone through for them from end to end.
        Index(f"{table}_unplaced_idx", "id", postgresql_where=text("geom is null")),
    )


def sealed(name: str) -> tuple[Column[bytes], Column[bytes]]:
    """Make the columns of a text that the database must not hold in plain; see access/sealing."""
    return (Column(f"{name}_sealed", LargeBinary), Column(f"{name}_digest", LargeBinary))


def sealed_phone() -> tuple[Column[bytes], ...]:
    """Make the columns of a sealed phone; its field may hold several numbers, found one by one."""
    single = (Column(f"phone_digest_{number}", LargeBinary) for number in _NUMBERS)
    return (*sealed("phone"), *single)


def phone_indexes(table: str) -> tuple[Index, ...]:
    """Make the indexes by which phones are found; of few fields are there single numbers."""
    return (
        Index(f"{table}_phone_digest_idx", "phone_digest"),
        *(
            Index(
                f"{table}_phone_digest_{number}_idx",
                f"phone_digest_{number}",
                postgresql_where=text(f"phone_digest_{number} is not null"),
            )
            for number in _NUMBERS
        ),
    )


def placed_by_address() -> tuple[Column[int], ...]:
    """Make the grid and area of what an address places; kept by trigger, no foreign keys."""
    return (Column("grid_id", BigInteger), Column("area_id", BigInteger))


def placed_by_address_indexes(table: str) -> tuple[Index, ...]:
    """Make the indexes over the grid and area of things that an address places.

    Lists are read area by area in the order of the codes (access/cover).
    """
    return (
        Index(f"{table}_grid_id_idx", "grid_id"),
        Index(f"{table}_area_id_idx", "area_id", "code"),
    )


def one_of(column: str, *values: str) -> CheckConstraint:
    """Constrain a text column to the `values`; the constraint is named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")
