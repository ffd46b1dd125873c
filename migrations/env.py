"""Run the migrations of gis_gov; called by Alembic."""

import re

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from gis_gov.db.migrate import engine_url
from gis_gov.db.schema import metadata

PARTITION = re.compile(r"(position|audit)_(\d+|default)")


def include_object(obj, name, kind, reflected, compare_to):
    """Leave out PostGIS's own tables, and the partitions, which are made as they are needed."""
    if kind == "table" and reflected and PARTITION.fullmatch(name or ""):
        return False
    return alembic_helpers.include_object(obj, name, kind, reflected, compare_to)


def run() -> None:
    """Run all steps in one transaction, one migrating process at a time."""
    engine = create_engine(engine_url(context.config.attributes["url"]), poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_object=include_object,
            render_item=alembic_helpers.render_item,
            compare_type=True,
        )
        with context.begin_transaction():
            connection.exec_driver_sql("select pg_advisory_xact_lock(7405001)")
            context.run_migrations()


run()
