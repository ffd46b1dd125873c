"""Bring a database to the newest schema and tile functions."""

from typing import Any, LiteralString, cast

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import Connection, sql
from sqlalchemy.engine import make_url

from gis_gov.db.leakproof import mark_leakproof
from gis_gov.db.schema_state import MARK, state, tile_digest, tile_files
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
    """Apply every migration that the database at `url` lacks; install what no migration holds."""
    command.upgrade(config(url), "head")
    with psycopg.connect(url) as conn:
        _install_tile_functions(conn)
        mark_leakproof(conn)


def _install_tile_functions(conn: Connection[Any]) -> None:
    digest = tile_digest()
    if state(conn)[1] == digest:
        return
    for file in tile_files():
        conn.execute(cast("LiteralString", file.read_text(encoding="utf-8")))
    conn.execute(sql.SQL("comment on function {} is {}").format(sql.Identifier(MARK), digest))
