"""Which keys the data of a database need; who has not all of them is refused."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import psycopg
import structlog
from psycopg import Connection

from gis_gov.access.keyring import SecretsError
from gis_gov.access.sealing import Sealer
from gis_gov.db.scope import APP_ROLE

log = structlog.get_logger()

CHANNEL: Final = "sealing_key"
"""On which a change of the register is announced."""

# Shared by whoever seals many rows, exclusive for who changes the keys.
_LOCK_SHARED = "select pg_advisory_xact_lock_shared(7405020)"
LOCK: Final = "select pg_advisory_lock(7405020)"
UNLOCK: Final = "select pg_advisory_unlock(7405020)"
_READ = "select id from sealing_key order by created_at"
_ADD = "insert into sealing_key (id) values (%s) on conflict do nothing"


def admit(conn: Connection[Any], sealer: Sealer) -> None:
    """Refuse keys that do not open what the database holds; note the one that will seal.

    Raises:
        SecretsError: naming the key that is missing, and not what it is.

    """
    refuse_missing(registered(conn), sealer)
    conn.execute(_ADD, [sealer.current.id])


def admit_at(url: str, sealer: Sealer) -> None:
    """Do the same for the database at `url`.

    Raises:
        SecretsError: as there.

    """
    with psycopg.connect(url, connect_timeout=5) as conn:
        # The server's login role may do nothing by itself.
        conn.execute("select set_config('role', %s, true)", [APP_ROLE])
        admit(conn, sealer)


async def admit_server(url: str, sealer: Sealer) -> None:
    """Do the same for a server that starts; one whose database does not answer yet may start.

    Raises:
        SecretsError: as there.

    """
    try:
        await asyncio.to_thread(admit_at, url, sealer)
    except psycopg.Error as error:
        log.warning("keys of sealed data not compared", error=type(error).__name__)


def seal_rows(conn: Connection[Any], sealer: Sealer) -> None:
    """Hold the keys as they are until the transaction ends, for one that will seal many rows.

    Raises:
        SecretsError: keys are missing, or are being changed.

    """
    conn.execute(_LOCK_SHARED)
    admit(conn, sealer)
    if len(registered(conn)) > 1:
        raise SecretsError(
            "not all data are sealed by the newest key yet; finish that first:"
            " gis-gov secret rotate"
        )


def registered(conn: Connection[Any]) -> list[bytes]:
    """Return the ids of the keys that the database's data need."""
    return [bytes(key_id) for (key_id,) in conn.execute(_READ).fetchall()]


def refuse_missing(wanted: Iterable[bytes], sealer: Sealer) -> None:
    """Refuse keys that lack one of the wanted.

    Raises:
        SecretsError: naming it.

    """
    held = {key.id for key in sealer.keys}
    missing = [key_id.hex() for key_id in wanted if key_id not in held]
    if missing:
        raise SecretsError(
            f"the database holds data sealed by the key {missing[0]}, which is not among the keys"
            " here; put its secrets.json into the home, or name it by GIS_GOV_SECRETS_FILE"
        )
