"""Bring a database to the newest schema and tile functions, or tell what it has."""

from hashlib import sha256
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Connection, sql
from sqlalchemy.engine import make_url

from gis_gov.shipped import shipped

FRAME = "frame"  # what all tile functions are built on: installed first
MARK = "tile_frame"  # the function whose comment tells which tile files are installed


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
    """Apply every migration that the database at `url` lacks, and install the tile functions."""
    command.upgrade(config(url), "head")
    with psycopg.connect(url) as conn:
        _install_tile_functions(conn)


def wanted_state() -> tuple[str, str]:
    """Return the newest revision, and the digest of the tile files, that this package has."""
    revision = ScriptDirectory.from_config(config()).get_current_head() or ""
    return revision, _digest(_tile_files())


def state(conn: Connection[Any]) -> tuple[str | None, str | None]:
    """Return the revision and the digest of the tile files that a database has, None if none."""
    revision = digest = None
    if _value(conn, "select to_regclass('alembic_version')"):
        revision = _value(conn, "select version_num from alembic_version")
    if function := _value(conn, "select oid from pg_proc where proname = %s", MARK):
        digest = _value(conn, "select obj_description(%s, 'pg_proc')", function)
    return revision, digest


def _value(conn: Connection[Any], query: LiteralString, *params: object) -> Any:
    row = conn.execute(query, params).fetchone()
    return row[0] if row else None


def _tile_files() -> list[Path]:
    return sorted(shipped("tiles").glob("*.sql"), key=lambda file: (file.stem != FRAME, file.stem))


def _digest(files: list[Path]) -> str:
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _install_tile_functions(conn: Connection[Any]) -> None:
    files = _tile_files()
    if state(conn)[1] == _digest(files):
        return
    for file in files:
        conn.execute(cast("LiteralString", file.read_text(encoding="utf-8")))
    conn.execute(
        sql.SQL("comment on function {} is {}").format(sql.Identifier(MARK), _digest(files))
    )
