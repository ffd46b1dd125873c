"""Tables of cameras, centres and POIs."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    Index,
    Table,
    Text,
    and_,
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
    one_of,
    placement,
    placement_indexes,
    provenance,
    reference,
    written,
)

RESOURCE_KINDS = ("camera", "centre", "poi")

FACE_CLASSES = ("face", "人脸")
"""The classes of cameras that tell who somebody is."""

resource = Table(
    "resource",
    metadata,
    identity(),
    code(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("class", Text),
    Column("owner", Text),
    Column("azimuth_deg", REAL),
    Column("field_of_view_deg", REAL),
    Column("range_m", REAL),
    Column("gb28181_id", Text(collation="C")),
    Column("stream_url", Text),
    reference("address_id", "address"),
    geometry("POINT"),
    *provenance(),
    *placement(),
    attrs(),
    *written(),
    Column(
        "sector",
        Geometry("POLYGON", srid=SRID, spatial_index=False),
        Computed(
            "case when kind = 'camera'"
            " then camera_sector(geom, azimuth_deg, field_of_view_deg, range_m) end",
            persisted=True,
        ),
        comment="What a camera sees.",
    ),
    one_of("kind", *RESOURCE_KINDS),
    CheckConstraint("azimuth_deg >= 0 and azimuth_deg < 360", name="azimuth_range"),
    CheckConstraint(
        "field_of_view_deg > 0 and field_of_view_deg <= 360", name="field_of_view_range"
    ),
    CheckConstraint("range_m > 0", name="range_positive"),
    *placement_indexes("resource"),
    Index(
        "resource_sector_idx",
        "sector",
        postgresql_using="gist",
        postgresql_where=text("sector is not null"),
    ),
    Index("resource_kind_idx", "kind"),
    Index("resource_gb28181_id_idx", "gb28181_id"),
    comment="Cameras, governance centres and POIs.",
)

KNOWS_FACES: ColumnElement[bool] = and_(
    resource.c.kind == "camera", func.coalesce(resource.c["class"].in_(FACE_CLASSES), false())
)
"""Hold for a camera that tells who somebody is; a centre or a POI of such a class tells nothing."""
