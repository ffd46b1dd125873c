"""Bring a database to the newest schema and tile functions."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, LiteralString, cast

import psycopg
import structlog
from alembic import command
from alembic.config import Config
from psycopg import Connection, sql
from sqlalchemy.engine import make_url

from gis_gov.db.client import ClientError
from gis_gov.db.leakproof import mark_leakproof
from gis_gov.db.schema_state import MARK, state, tile_digest, tile_files
from gis_gov.shipped import shipped

if TYPE_CHECKING:
    from gis_gov.access.sealing import Sealer

log = structlog.get_logger()

PATIENCE_S: Final = 600
"""So long older transactions are waited for at the end of sealing."""

_ALL_OVER: Final = "select pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8"


class MigrationRefused(ClientError):
    """The data stand against the newer schema; the message is one line, and nothing is changed."""


def no_keys() -> "Sealer":
    """Stand for the keys where no data are expected that must be sealed, or opened.

    Raises:
        MigrationRefused: there are some.

    """
    raise MigrationRefused(
        "the database holds ID numbers or phones to be sealed or read, and no keys are given"
    )


def config(url: str | None = None, sealer: "Callable[[], Sealer]" = no_keys) -> Config:
    """Make Alembic's configuration for the database at `url`."""
    made = Config()
    made.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    made.attributes["url"] = url
    made.attributes["sealer"] = sealer
    return made


def engine_url(url: str) -> str:
    """Return `url` as SQLAlchemy wants it: with psycopg 3 as its driver, password included."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def migrate(url: str, sealer: "Callable[[], Sealer]" = no_keys) -> None:
    """Apply every migration that the database at `url` lacks; install what no migration holds.

    `sealer` is asked for the keys if an older schema holds what must be sealed, or digested anew.

    Raises:
        MigrationRefused: the data stand against a step.

    """
    steps = config(url, sealer)
    command.upgrade(steps, "head")
    if steps.attributes.get("statistics_hold_plain"):
        with psycopg.connect(url, autocommit=True) as conn:
            _forget_statistics(conn)
    with psycopg.connect(url) as conn:
        _install_tile_functions(conn)
        mark_leakproof(conn)


def _forget_statistics(conn: Connection[Any]) -> None:
    """Rewrite the statistics without those of columns that are gone.

    Dead rows that a transaction might still see are kept, whichever database of the server it works
    in: those that are older than the migration are waited for.
    """
    (since,) = conn.execute("select pg_current_xact_id()").fetchone() or (None,)
    deadline = time.monotonic() + PATIENCE_S
    while conn.execute(_ALL_OVER, [since]).fetchone() != (True,):
        if time.monotonic() >= deadline:
            log.warning(
                "plain numbers may stand in old statistics",
                because="a transaction on this server is older than the migration",
                mend="end it, then: gis-gov db psql -- -c 'vacuum (full) pg_statistic'",
            )
            break
        time.sleep(0.1)
    conn.execute("vacuum (full) pg_statistic")


def _install_tile_functions(conn: Connection[Any]) -> None:
    digest = tile_digest()
    if state(conn)[1] == digest:
        return
    for file in tile_files():
        conn.execute(cast("LiteralString", file.read_text(encoding="utf-8")))
    conn.execute(sql.SQL("comment on function {} is {}").format(sql.Identifier(MARK), digest))
