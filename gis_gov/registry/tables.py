"""Tables of standard addresses and of what is placed by them: persons, houses, enterprises."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gis_gov.db.metadata import (
    attrs,
    code,
    geometry,
    identity,
    metadata,
    one_of,
    phone_indexes,
    placed_by_address,
    placed_by_address_indexes,
    placement,
    placement_indexes,
    provenance,
    reference,
    sealed,
    sealed_phone,
    spatial_index,
    written,
)

SEXES = ("male", "female", "unknown")
PERSON_CLASSES = ("service", "control", "rely", "other")
VULNERABLE_CLASS = "service"
"""The class of persons who are looked after."""
HOUSE_KINDS = ("building", "dwelling")

ROOM_LEVEL = 60
"""From this known level (GA/T 2000.32) on an address is part of a building; without, it may be."""

address = Table(
    "address",
    metadata,
    identity(),
    code(),
    Column("full_text", Text, nullable=False),
    Column("elements", JSONB, nullable=False, server_default=text("'[]'")),
    Column("level", SmallInteger),
    Column(
        "known_level",
        SmallInteger,
        Computed(
            "coalesce(level, address_level("
            "full_text, elements, address_to_building(full_text, '[]', 10::smallint)))",
            persisted=True,
        ),
    ),
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
    *placement_indexes("address", "code"),
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
    *placed_by_address(),
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
    Index("house_parent_id_idx", "parent_id", "area_id", "grid_id"),
    Index("house_address_id_idx", "address_id"),
    Index(
        "house_by_address_alone_idx",
        "address_id",
        postgresql_where=text("geom is null and (kind = 'building' or parent_id is null)"),
    ),
    *placed_by_address_indexes("house"),
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
    *sealed("id_number"),
    *sealed_phone(),
    Column("person_class", Text, nullable=False, server_default="other"),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    reference("address_id", "address"),
    *placed_by_address(),
    reference("house_id", "house"),
    attrs(),
    *written(),
    one_of("sex", *SEXES),
    one_of("person_class", *PERSON_CLASSES),
    Index(
        "person_id_number_digest_key",
        "id_number_digest",
        unique=True,
        postgresql_where=text("id_number_digest is not null"),
    ),
    *phone_indexes("person"),
    Index("person_name_code_idx", "name", "code"),
    Index("person_address_id_idx", "address_id", "area_id", "grid_id", "person_class"),
    *placed_by_address_indexes("person"),
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
    *sealed_phone(),
    reference("address_id", "address"),
    *placed_by_address(),
    attrs(),
    *written(),
    Index("enterprise_address_id_idx", "address_id"),
    *placed_by_address_indexes("enterprise"),
    Index("enterprise_uscc_idx", "uscc"),
    *phone_indexes("enterprise"),
    comment="Enterprises and other units, placed by their address.",
)
