"""Bring a database to the newest schema, or tell that it is not there."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from gis_gov.shipped import shipped


def config(url: str | None = None) -> Config:
    """Make Alembic's configuration for the database at `url`."""
    made = Config()
    made.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    made.attributes["url"] = url
    return made


def engine_url(url: str) -> str:
    """Return `url` as SQLAlchemy wants it: with psycopg 3 as its driver, password included."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def migrate(url: str) -> None:
    """Apply every migration that the database at `url` lacks."""
    command.upgrade(config(url), "head")


def head() -> str:
    """Return the newest revision that this package knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def revision(url: str) -> str | None:
    """Return the revision that the database at `url` is at, or None."""
    engine = create_engine(engine_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
