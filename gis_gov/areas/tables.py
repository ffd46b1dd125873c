"""Tables of administrative areas, grids, and who works in which grid."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
    or_,
    text,
    true,
)

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
from gis_gov.geo.assign import LEVELS

AREA_LEVELS = LEVELS
GRID_LAYERS = ("base", "exclusive", "second", "micro")

_LISTED = ",".join(f"'{level}'" for level in AREA_LEVELS)
_LEVEL_RANK = f"array_position(array[{_LISTED}], level)"

area = Table(
    "area",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("level_rank", SmallInteger, Computed(_LEVEL_RANK, persisted=True), nullable=False),
    reference("parent_id", "area"),
    Column("path", Text(collation="C"), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    geometry("MULTIPOLYGON"),
    attrs(),
    *written(),
    one_of("level", *AREA_LEVELS),
    CheckConstraint("code ~ '^[0-9A-Za-z._-]{2,32}$'", name="code_shape"),
    CheckConstraint("valid_to >= valid_from", name="validity"),
    CheckConstraint("geom is null or st_isvalid(geom)", name="geom_valid"),
    spatial_index("area"),
    Index("area_parent_id_idx", "parent_id"),
    Index("area_path_idx", "path"),
    comment="Administrative areas: a ragged tree with validity.",
)

area_successor = Table(
    "area_successor",
    metadata,
    Column("area_id", BigInteger, ForeignKey("area.id"), primary_key=True),
    Column("successor_code", Text(collation="C"), primary_key=True),
    comment="Which codes took over from a retired area; a successor may be loaded later.",
)

grid = Table(
    "grid",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    Column("layer", Text, nullable=False, server_default="base"),
    reference("area_id", "area", nullable=False),
    reference("parent_id", "grid"),
    Column("households", Integer),
    Column("population", Integer),
    Column("area_m2", Double, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    geometry("MULTIPOLYGON", nullable=False),
    attrs(),
    *written(),
    one_of("layer", *GRID_LAYERS),
    CheckConstraint("households >= 0", name="households_positive"),
    CheckConstraint("population >= 0", name="population_positive"),
    CheckConstraint("valid_to >= valid_from", name="validity"),
    CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name="geom_valid"),
    spatial_index("grid"),
    Index("grid_area_id_idx", "area_id"),
    Index("grid_parent_id_idx", "parent_id"),
    Index("grid_current_idx", "layer", "code", postgresql_where=text("valid_to is null")),
    comment="Grids of several typed layers; the base layer tiles its community.",
)

outline = Table(
    "outline",
    metadata,
    Column("kind", Text(collation="C"), primary_key=True),
    Column("object_id", BigInteger, primary_key=True),
    Column("srid", Integer, primary_key=True),
    Column("zoom", Integer, primary_key=True),
    Column("geom", Geometry("GEOMETRY", srid=-1, spatial_index=False), nullable=False),
    spatial_index("outline"),
    comment=(
        "Areas and grids as the tiles of a zoom draw them, in units of a tile; kept by triggers."
    ),
)

boundary_state = Table(
    "boundary_state",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=true()),
    Column("number", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("is_only", name="one"),
    comment="How often the boundaries of areas and grids have changed.",
)

grid_lineage = Table(
    "grid_lineage",
    metadata,
    Column("grid_id", BigInteger, ForeignKey("grid.id"), primary_key=True),
    Column("successor_id", BigInteger, ForeignKey("grid.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    one_of("kind", "split", "merge", "replace"),
    CheckConstraint("grid_id <> successor_id", name="not_itself"),
    comment="Which grids a retired grid became.",
)

grid_worker = Table(
    "grid_worker",
    metadata,
    identity(),
    reference("grid_id", "grid", nullable=False),
    reference("worker_id", "worker", nullable=False),
    Column("role", Text, nullable=False, server_default="worker"),
    Column("valid_from", Date, nullable=False, server_default=text("local_today()")),
    Column("valid_to", Date),
    CheckConstraint("valid_to >= valid_from", name="validity"),
    Index("grid_worker_term_key", "grid_id", "worker_id", "role", "valid_from", unique=True),
    Index("grid_worker_worker_id_idx", "worker_id"),
    comment="Who works in which grid, from when to when (n:m).",
)
TERM_GOES_ON = or_(
    grid_worker.c.valid_to.is_(None),
    grid_worker.c.valid_to > func.greatest(func.local_today(), grid_worker.c.valid_from),
)
"""Holds for terms that last beyond today, or are to begin: a load ends those it does not list."""

code_template = Table(
    "code_template",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("template", Text, nullable=False),
    Column("description", Text),
    comment="How codes are made, per kind of thing; rows, so that each tenant has its own.",
)
