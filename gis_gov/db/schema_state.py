"""Tell how new a database's schema and tile functions are; needs no migration tool to do so."""

from hashlib import sha256
from pathlib import Path
from typing import Any, LiteralString

from psycopg import Connection

from gis_gov.shipped import shipped

SHARED = (
    "clusters",
    "event_cells",
    "event_clusters",
    "event_counts",
    "event_picked",
    "event_squares",
    "frame",
    "without_cell",
)
"""The files of functions that layers are built on: installed first."""
MARK = "tile_frame"  # the function whose comment tells which tile files are installed


def wanted_state() -> tuple[str, str]:
    """Return the newest revision, and the digest of the tile files, that this package has."""
    steps = (shipped("migrations") / "versions").glob("[0-9]*_*.py")
    return max(step.stem.partition("_")[0] for step in steps), tile_digest()


def state(conn: Connection[Any]) -> tuple[str | None, str | None]:
    """Return the revision and the digest of the tile files that a database has, None if none."""
    revision = digest = None
    if _value(conn, "select to_regclass('alembic_version')"):
        revision = _value(conn, "select version_num from alembic_version")
    if function := _value(conn, "select oid from pg_proc where proname = %s", MARK):
        digest = _value(conn, "select obj_description(%s, 'pg_proc')", function)
    return revision, digest


def tile_files() -> list[Path]:
    """Return the files of the tile functions in the order in which they are installed."""
    return sorted(
        shipped("tiles").glob("*.sql"), key=lambda file: (file.stem not in SHARED, file.stem)
    )


def tile_digest() -> str:
    """Return what marks a database that has these very tile files installed."""
    return sha256(b"\0".join(file.read_bytes() for file in tile_files())).hexdigest()


def _value(conn: Connection[Any], query: LiteralString, *params: object) -> Any:
    row = conn.execute(query, params).fetchone()
    return row[0] if row else None
