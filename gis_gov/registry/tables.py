"""Tables of standard addresses and of what is placed by them: persons, houses, enterprises."""

from sqlalchemy import REAL, CheckConstraint, Column, Date, Index, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

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
    spatial_index,
    written,
)

SEXES = ("male", "female", "unknown")
PERSON_CLASSES = ("service", "control", "rely", "other")
HOUSE_KINDS = ("building", "dwelling")

address = Table(
    "address",
    metadata,
    identity(),
    code(),
    Column("full_text", Text, nullable=False),
    Column("elements", JSONB, nullable=False, server_default=text("'[]'")),
    Column("level", SmallInteger),
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("valid_from", Date),
    Column("valid_to", Date),
    geometry("POINT"),
    *provenance(),
    *placement(),
    attrs(),
    *written(),
    CheckConstraint("jsonb_typeof(elements) = 'array'", name="elements_list"),
    CheckConstraint("level between 10 and 69", name="level_known"),
    CheckConstraint("accuracy_m >= 0", name="accuracy_positive"),
    *placement_indexes("address"),
    Index("address_cell_idx", "cell"),
    Index(
        "address_full_text_idx",
        "full_text",
        postgresql_using="gin",
        postgresql_ops={"full_text": "gin_trgm_ops"},
    ),
    comment="Standard addresses: the place of persons, houses and enterprises.",
)

house = Table(
    "house",
    metadata,
    identity(),
    code(),
    Column("name", Text),
    Column("kind", Text, nullable=False, server_default="building"),
    reference("parent_id", "house"),
    reference("address_id", "address"),
    Column("usage", Text),
    Column("floors", SmallInteger),
    Column("height_m", REAL),
    Column("area_m2", REAL),
    geometry("MULTIPOLYGON"),
    attrs(),
    *written(),
    one_of("kind", *HOUSE_KINDS),
    CheckConstraint("height_m >= 0", name="height_positive"),
    CheckConstraint("area_m2 >= 0", name="area_positive"),
    CheckConstraint("geom is null or st_isvalid(geom)", name="geom_valid"),
    spatial_index("house"),
    Index("house_parent_id_idx", "parent_id"),
    Index("house_address_id_idx", "address_id"),
    comment="Buildings and the dwellings in them.",
)

person = Table(
    "person",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    Column("sex", Text, nullable=False, server_default="unknown"),
    Column("birth_date", Date),
    Column("id_number", Text(collation="C")),
    Column("phone", Text),
    Column("person_class", Text, nullable=False, server_default="other"),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    reference("address_id", "address"),
    reference("house_id", "house"),
    attrs(),
    *written(),
    one_of("sex", *SEXES),
    one_of("person_class", *PERSON_CLASSES),
    Index(
        "person_id_number_key",
        "id_number",
        unique=True,
        postgresql_where=text("id_number is not null"),
    ),
    Index("person_address_id_idx", "address_id"),
    Index("person_house_id_idx", "house_id"),
    comment="Residents, placed by their address.",
)

enterprise = Table(
    "enterprise",
    metadata,
    identity(),
    code(),
    Column("name", Text, nullable=False),
    Column("uscc", Text(collation="C")),
    Column("category", Text),
    Column("risk_class", Text),
    Column("contact_name", Text),
    Column("phone", Text),
    reference("address_id", "address"),
    attrs(),
    *written(),
    Index("enterprise_address_id_idx", "address_id"),
    Index("enterprise_uscc_idx", "uscc"),
    comment="Enterprises and other units, placed by their address.",
)
