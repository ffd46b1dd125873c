"""The world: areas, grids, addresses, people, resources, events, positions."""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


SQL = Path(__file__).resolve().parent.parent / "sql"
STEPS = ("tree", "place", "tally", "position", "audit")


def upgrade() -> None:
    op.execute("create extension if not exists postgis")
    op.execute("create extension if not exists pg_trgm")
    create_tables()
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    for step in STEPS:
        driver.execute((SQL / f"0001_{step}.sql").read_text(encoding="utf-8"))
    seed_code_templates()
    seed_event_classes()


def create_tables() -> None:  # noqa: PLR0915 - one statement a table
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("full_text", sa.Text(), nullable=False),
        sa.Column(
            "elements",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column(
            "aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("source_datum", sa.Text(), nullable=True),
        sa.Column("source_x", sa.Double(), nullable=True),
        sa.Column("source_y", sa.Double(), nullable=True),
        sa.Column("place_method", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.REAL(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("jsonb_typeof(elements) = 'array'", name=op.f("address_elements_list")),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("address_accuracy_positive")),
        sa.CheckConstraint("level between 10 and 69", name=op.f("address_level_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("address_pkey")),
        sa.UniqueConstraint("code", name=op.f("address_code_key")),
        comment="Standard addresses: the place of persons, houses and enterprises.",
    )
    op.create_index("address_area_id_idx", "address", ["area_id"], unique=False)
    op.create_index("address_cell_idx", "address", ["cell"], unique=False)
    op.create_index(
        "address_cell_missing_idx",
        "address",
        ["id"],
        unique=False,
        postgresql_where=sa.text("cell is null and geom is not null"),
    )
    op.create_index(
        "address_full_text_idx",
        "address",
        ["full_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"full_text": "gin_trgm_ops"},
    )
    op.create_index("address_geom_idx", "address", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("address_grid_id_idx", "address", ["grid_id"], unique=False)
    op.create_table(
        "area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column(
            "level_rank",
            sa.SmallInteger(),
            sa.Computed(
                "array_position(array['province','city','district','street','community'], level)",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("code ~ '^[0-9A-Za-z._-]{2,32}$'", name=op.f("area_code_shape")),
        sa.CheckConstraint(
            "level in ('province', 'city', 'district', 'street', 'community')",
            name=op.f("area_level_known"),
        ),
        sa.CheckConstraint("geom is null or st_isvalid(geom)", name=op.f("area_geom_valid")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("area_validity")),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("area_parent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("area_pkey")),
        sa.UniqueConstraint("code", name=op.f("area_code_key")),
        comment="Administrative areas: a ragged tree with validity.",
    )
    op.create_index("area_geom_idx", "area", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("area_parent_id_idx", "area", ["parent_id"], unique=False)
    op.create_index("area_path_idx", "area", ["path"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("client", postgresql.INET(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_code", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
        comment="The record of what was done; rows are only ever added.",
    )
    op.create_index("audit_at_idx", "audit", ["at"], unique=False)
    op.create_table(
        "code_template",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("code_template_pkey")),
        comment="How codes are made, per kind of thing; rows, so that each tenant has its own.",
    )
    op.create_table(
        "event_dictionary",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("event_dictionary_pkey")),
        sa.UniqueConstraint("code", name=op.f("event_dictionary_code_key")),
        comment="Dictionaries of event classes: a standard's, or a tenant's own.",
    )
    op.create_table(
        "load_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("load_run_pkey")),
        comment="One row a loaded file, with the report that the loader printed.",
    )
    op.create_table(
        "tally",
        sa.Column("layer", sa.Text(collation="C"), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("cell", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("west", sa.Double(), nullable=True),
        sa.Column("south", sa.Double(), nullable=True),
        sa.Column("east", sa.Double(), nullable=True),
        sa.Column("north", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("layer", "grid_id", "area_id", "cell", name=op.f("tally_pkey")),
        comment="Things per layer, grid, area and H3 cell (0: none), kept by triggers; the box is never smaller than what it counts.",
    )
    op.create_index("tally_layer_west_idx", "tally", ["layer", "west", "south"], unique=False)
    op.create_table(
        "area_successor",
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("successor_code", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("area_successor_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "successor_code", name=op.f("area_successor_pkey")),
        comment="Which codes took over from a retired area; a successor may be loaded later.",
    )
    op.create_table(
        "enterprise",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(collation="C"), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("risk_class", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("enterprise_address_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("enterprise_pkey")),
        sa.UniqueConstraint("code", name=op.f("enterprise_code_key")),
        comment="Enterprises and other units, placed by their address.",
    )
    op.create_index("enterprise_address_id_idx", "enterprise", ["address_id"], unique=False)
    op.create_index("enterprise_uscc_idx", "enterprise", ["uscc"], unique=False)
    op.create_table(
        "event_class",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dictionary_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dictionary_id"], ["event_dictionary.id"], name=op.f("event_class_dictionary_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["event_class.id"], name=op.f("event_class_parent_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("event_class_pkey")),
        sa.UniqueConstraint(
            "dictionary_id", "code", name=op.f("event_class_dictionary_id_code_key")
        ),
        comment="The classes and items of a dictionary.",
    )
    op.create_index("event_class_parent_id_idx", "event_class", ["parent_id"], unique=False)
    op.create_table(
        "grid",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), server_default="base", nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "layer in ('base', 'exclusive', 'second', 'micro')", name=op.f("grid_layer_known")
        ),
        sa.CheckConstraint("households >= 0", name=op.f("grid_households_positive")),
        sa.CheckConstraint("population >= 0", name=op.f("grid_population_positive")),
        sa.CheckConstraint(
            "st_isvalid(geom) and not st_isempty(geom)", name=op.f("grid_geom_valid")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("grid_validity")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("grid_area_id_fkey")),
        sa.ForeignKeyConstraint(["parent_id"], ["grid.id"], name=op.f("grid_parent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("grid_pkey")),
        sa.UniqueConstraint("code", name=op.f("grid_code_key")),
        comment="Grids of several typed layers; the base layer tiles its community.",
    )
    op.create_index("grid_area_id_idx", "grid", ["area_id"], unique=False)
    op.create_index(
        "grid_current_idx",
        "grid",
        ["layer", "code"],
        unique=False,
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_index("grid_geom_idx", "grid", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("grid_parent_id_idx", "grid", ["parent_id"], unique=False)
    op.create_table(
        "house",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="building", nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("usage", sa.Text(), nullable=True),
        sa.Column("floors", sa.SmallInteger(), nullable=True),
        sa.Column("height_m", sa.REAL(), nullable=True),
        sa.Column("area_m2", sa.REAL(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind in ('building', 'dwelling')", name=op.f("house_kind_known")),
        sa.CheckConstraint("area_m2 >= 0", name=op.f("house_area_positive")),
        sa.CheckConstraint("geom is null or st_isvalid(geom)", name=op.f("house_geom_valid")),
        sa.CheckConstraint("height_m >= 0", name=op.f("house_height_positive")),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("house_address_id_fkey")),
        sa.ForeignKeyConstraint(["parent_id"], ["house.id"], name=op.f("house_parent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("house_pkey")),
        sa.UniqueConstraint("code", name=op.f("house_code_key")),
        comment="Buildings and the dwellings in them.",
    )
    op.create_index("house_address_id_idx", "house", ["address_id"], unique=False)
    op.create_index("house_geom_idx", "house", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("house_parent_id_idx", "house", ["parent_id"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("azimuth_deg", sa.REAL(), nullable=True),
        sa.Column("field_of_view_deg", sa.REAL(), nullable=True),
        sa.Column("range_m", sa.REAL(), nullable=True),
        sa.Column("gb28181_id", sa.Text(collation="C"), nullable=True),
        sa.Column("stream_url", sa.Text(), nullable=True),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("source_datum", sa.Text(), nullable=True),
        sa.Column("source_x", sa.Double(), nullable=True),
        sa.Column("source_y", sa.Double(), nullable=True),
        sa.Column("place_method", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.REAL(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind in ('camera', 'centre', 'poi')", name=op.f("resource_kind_known")),
        sa.CheckConstraint(
            "azimuth_deg >= 0 and azimuth_deg < 360", name=op.f("resource_azimuth_range")
        ),
        sa.CheckConstraint(
            "field_of_view_deg > 0 and field_of_view_deg <= 360",
            name=op.f("resource_field_of_view_range"),
        ),
        sa.CheckConstraint("range_m > 0", name=op.f("resource_range_positive")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("resource_address_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("resource_pkey")),
        sa.UniqueConstraint("code", name=op.f("resource_code_key")),
        comment="Cameras, governance centres and POIs.",
    )
    op.create_index("resource_area_id_idx", "resource", ["area_id"], unique=False)
    op.create_index(
        "resource_cell_missing_idx",
        "resource",
        ["id"],
        unique=False,
        postgresql_where=sa.text("cell is null and geom is not null"),
    )
    op.create_index("resource_gb28181_id_idx", "resource", ["gb28181_id"], unique=False)
    op.create_index(
        "resource_geom_idx", "resource", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_index("resource_grid_id_idx", "resource", ["grid_id"], unique=False)
    op.create_index("resource_kind_idx", "resource", ["kind"], unique=False)
    op.create_table(
        "worker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("worker_area_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("worker_pkey")),
        sa.UniqueConstraint("code", name=op.f("worker_code_key")),
        comment="Grid workers and others who patrol.",
    )
    op.create_index("worker_area_id_idx", "worker", ["area_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("external_code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("class_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        sa.Column("address_text", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("source_datum", sa.Text(), nullable=True),
        sa.Column("source_x", sa.Double(), nullable=True),
        sa.Column("source_y", sa.Double(), nullable=True),
        sa.Column("place_method", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.REAL(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "level in ('grid', 'community', 'street', 'district')", name=op.f("event_level_known")
        ),
        sa.CheckConstraint(
            "state in ('pending', 'accepted', 'handling', 'verifying', 'closed', 'rejected', 'suspended')",
            name=op.f("event_state_known"),
        ),
        sa.CheckConstraint("closed_at >= reported_at", name=op.f("event_closed_after_reported")),
        sa.ForeignKeyConstraint(["class_id"], ["event_class.id"], name=op.f("event_class_id_fkey")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("event_worker_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pkey")),
        sa.UniqueConstraint("code", name=op.f("event_code_key")),
        comment="Events; each keeps the grid of its day.",
    )
    op.create_index("event_area_id_idx", "event", ["area_id"], unique=False)
    op.create_index(
        "event_cell_missing_idx",
        "event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("cell is null and geom is not null"),
    )
    op.create_index("event_class_id_idx", "event", ["class_id"], unique=False)
    op.create_index("event_geom_idx", "event", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("event_grid_id_idx", "event", ["grid_id"], unique=False)
    op.create_index("event_reported_at_idx", "event", ["reported_at"], unique=False)
    op.create_index("event_worker_id_idx", "event", ["worker_id"], unique=False)
    op.create_table(
        "grid_lineage",
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('split', 'merge', 'replace')", name=op.f("grid_lineage_kind_known")
        ),
        sa.CheckConstraint("grid_id <> successor_id", name=op.f("grid_lineage_not_itself")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("grid_lineage_grid_id_fkey")),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["grid.id"], name=op.f("grid_lineage_successor_id_fkey")
        ),
        sa.PrimaryKeyConstraint("grid_id", "successor_id", name=op.f("grid_lineage_pkey")),
        comment="Which grids a retired grid became.",
    )
    op.create_table(
        "grid_worker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), server_default="worker", nullable=False),
        sa.Column("valid_from", sa.Date(), server_default=sa.text("current_date"), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("grid_worker_validity")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("grid_worker_grid_id_fkey")),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("grid_worker_worker_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("grid_worker_pkey")),
        comment="Who works in which grid, from when to when (n:m).",
    )
    op.create_index(
        "grid_worker_term_key",
        "grid_worker",
        ["grid_id", "worker_id", "role", "valid_from"],
        unique=True,
    )
    op.create_index("grid_worker_worker_id_idx", "grid_worker", ["worker_id"], unique=False)
    op.create_table(
        "last_position",
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(collation="C"), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.REAL(), nullable=True),
        sa.Column("speed_mps", sa.REAL(), nullable=True),
        sa.Column("bearing_deg", sa.REAL(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("last_position_worker_id_fkey")
        ),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("last_position_pkey")),
        comment="Where each worker was last; kept by trigger.",
    )
    op.create_index(
        "last_position_geom_idx", "last_position", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("id_number", sa.Text(collation="C"), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("person_class", sa.Text(), server_default="other", nullable=False),
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("house_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "person_class in ('service', 'control', 'rely', 'other')",
            name=op.f("person_person_class_known"),
        ),
        sa.CheckConstraint("sex in ('male', 'female', 'unknown')", name=op.f("person_sex_known")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("person_address_id_fkey")
        ),
        sa.ForeignKeyConstraint(["house_id"], ["house.id"], name=op.f("person_house_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pkey")),
        sa.UniqueConstraint("code", name=op.f("person_code_key")),
        comment="Residents, placed by their address.",
    )
    op.create_index("person_address_id_idx", "person", ["address_id"], unique=False)
    op.create_index("person_house_id_idx", "person", ["house_id"], unique=False)
    op.create_index(
        "person_id_number_key",
        "person",
        ["id_number"],
        unique=True,
        postgresql_where=sa.text("id_number is not null"),
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("device", sa.Text(collation="C"), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.REAL(), nullable=True),
        sa.Column("speed_mps", sa.REAL(), nullable=True),
        sa.Column("bearing_deg", sa.REAL(), nullable=True),
        sa.Column("altitude_m", sa.REAL(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_datum", sa.Text(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column(
            "attrs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("position_accuracy_positive")),
        sa.CheckConstraint(
            "bearing_deg >= 0 and bearing_deg < 360", name=op.f("position_bearing_range")
        ),
        sa.CheckConstraint("speed_mps >= 0", name=op.f("position_speed_positive")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("position_worker_id_fkey")),
        sa.PrimaryKeyConstraint("device", "time", name=op.f("position_pkey")),
        comment="Fixes of devices, partitioned by day (UTC+8).",
        postgresql_partition_by="range (time)",
    )
    op.create_index(
        "position_geom_idx", "position", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_index("position_worker_id_time_idx", "position", ["worker_id", "time"], unique=False)


def seed_code_templates() -> None:
    op.bulk_insert(
        sa.table(
            "code_template", sa.column("subject"), sa.column("template"), sa.column("description")
        ),
        [
            {
                "subject": "grid",
                "template": "{area:12}{kind:1}{seq:3}",
                "description": "12 digits of the community, 1 of the layer, 3 in sequence W-E, N-S",
            },
            {
                "subject": "event",
                "template": "{district:6}{date:8}{seq:6}",
                "description": "6 digits of the district, the day, 6 in sequence",
            },
        ],
    )


def seed_event_classes() -> None:
    connection = op.get_bind()
    dictionary_id = connection.execute(
        sa.text(
            "insert into event_dictionary (code, name, version)"
            " values ('gbt30428.2', '数字化城市管理信息系统 第2部分：管理部件和事件', '2013')"
            " returning id"
        )
    ).scalar_one()
    with (SQL / "0001_event_classes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            connection.execute(
                sa.text(
                    "insert into event_class (dictionary_id, code, name, parent_id) values ("
                    ":dictionary_id, :code, :name, (select id from event_class"
                    " where dictionary_id = :dictionary_id and code = :parent_code))"
                ),
                {**row, "dictionary_id": dictionary_id},
            )
