"""Write a database to a file, and bring it back, while it is in use.

A restore goes into a new database beside the old one, is brought to the newest schema there, and
takes the old one's name in one transaction. Until then nobody sees anything of it, and a restore
that fails or is killed leaves the old database as it was.
"""

import os
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy.engine import make_url

from gis_gov.db.client import ClientError, client_environment
from gis_gov.db.cluster_programs import find_client
from gis_gov.db.migrate import config, migrate, no_keys
from gis_gov.db.run import sql_file
from gis_gov.db.schema_state import state
from gis_gov.whole_files import written_privately

if TYPE_CHECKING:
    from gis_gov.access.sealing import Sealer

_UNFINISHED = "_restoring"
# One after the other: pg_restore with several jobs may make the triggers of a partitioned table
# before its partitions are full, since the table itself holds no rows to wait for.
_SECTIONS = ("pre-data", "data", "post-data")
_SWAP_TRIES = 10
# The log of changes is by the numbers of this server's transactions: nobody could go on from it.
_LEFT_OUT = ("--exclude-table-data=change", "--exclude-table-data=change_horizon")


class BackupError(ClientError):
    """A backup or restore failed; the message is one line that says why, and nothing is changed."""


def backup(url: str, file: Path) -> None:
    """Write the database at `url` to `file`, in pg_dump's custom format, as of one moment.

    Raises:
        BackupError: it can't be dumped; an older `file` is still there then.

    """
    with written_privately(file) as output:
        done = _run(url, "pg_dump", "--format=custom", "--no-owner", *_LEFT_OUT, stdout=output)
        os.fsync(output.fileno())
        if done.returncode:
            raise BackupError(f"no backup was made: {_complaint(done.stderr)}")


def restore(
    url: str,
    file: Path,
    sealer: "Callable[[], Sealer]" = no_keys,
    check: Callable[[psycopg.Connection[Any]], None] = lambda _: None,
) -> None:
    """Put what `file` holds in the place of the database at `url`, all or nothing.

    Clients that are connected are cut off at the end, and find the restored data when they come
    back. The role needs the right to create databases. `sealer` is as for
    `migrate`; `check` looks at the restored database before it takes the place, and raises what
    stands against it.

    Raises:
        BackupError: the file is not a whole backup of ours, or the server refuses.

    """
    listed = _run(url, "pg_restore", "--list", str(file))
    if listed.returncode:
        raise BackupError(f"{file} can't be restored: {_complaint(listed.stderr)}")
    name = make_url(url).database or ""
    unfinished = name + _UNFINISHED
    with _maintenance(url) as connection:
        connection.execute(sql_file(__package__, "app_role"))
        _create(connection, like=name, name=unfinished)
        try:
            _fill(_at(url, unfinished), file, sealer, check)
            _swap(connection, unfinished, name)
        finally:
            with suppress(psycopg.OperationalError):
                _execute(connection, "drop database if exists {} with (force)", unfinished)


def _fill(
    url: str,
    file: Path,
    sealer: "Callable[[], Sealer]",
    check: Callable[[psycopg.Connection[Any]], None],
) -> None:
    for section in _SECTIONS:
        options = ("--exit-on-error", "--no-owner", "--jobs=2", f"--section={section}")
        done = _run(url, "pg_restore", *options, "--dbname=", str(file))
        if done.returncode:
            raise BackupError(f"{file} can't be restored: {_complaint(done.stderr)}")
    with psycopg.connect(url) as connection:
        found, _ = state(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if found not in known:
        raise BackupError(
            f"{file} holds the schema {found or 'of something else'}, unknown to this gis-gov; "
            "restore it with the version that wrote it, or a newer one"
        )
    migrate(url, sealer)
    with psycopg.connect(url) as connection:
        check(connection)


def _create(connection: psycopg.Connection[Any], *, like: str, name: str) -> None:
    row = connection.execute(
        "select pg_encoding_to_char(encoding), datcollate, datctype from pg_database"
        " where datname = %s",
        [like],
    ).fetchone()
    encoding, collation, character_type = row or ("UTF8", "C.UTF-8", "C.UTF-8")
    _execute(connection, "drop database if exists {} with (force)", name)
    connection.execute(
        sql.SQL(
            "create database {} template template0 encoding {} lc_collate {} lc_ctype {}"
        ).format(
            sql.Identifier(name),
            sql.Literal(encoding),
            sql.Literal(collation),
            sql.Literal(character_type),
        )
    )


def _swap(connection: psycopg.Connection[Any], new: str, name: str) -> None:
    """Give the database `new` the place of `name`, in one transaction."""
    old = name + "_replaced"
    _execute(connection, "drop database if exists {} with (force)", old)
    for attempt in range(1, _SWAP_TRIES + 1):
        try:
            with connection.transaction():
                if _cut_off(connection, name):
                    _execute(connection, "alter database {} rename to {}", name, old)
                _execute(connection, "alter database {} rename to {}", new, name)
        except psycopg.errors.ObjectInUse:
            if attempt == _SWAP_TRIES:
                raise BackupError(
                    f"the database {name} is in use without pause, nothing was changed; stop its "
                    "clients and restore again"
                ) from None
            time.sleep(0.1 * attempt)
        else:
            break
    _execute(connection, "drop database if exists {} with (force)", old)


def _cut_off(connection: psycopg.Connection[Any], name: str) -> bool:
    """End all connections to a database; say whether there is such a database."""
    found = connection.execute("select from pg_database where datname = %s", [name])
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
    )
    return found.rowcount > 0


@contextmanager
def _maintenance(url: str) -> Generator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(_at(url, "postgres"), autocommit=True) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            f"a restore needs the right to create and rename databases: {error}".strip()
        ) from None


def _execute(connection: psycopg.Connection[Any], statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _at(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _run(
    url: str, program: str, *arguments: str, stdout: Any = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [find_client(program), *arguments],
        env=client_environment(url),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )


def _complaint(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    errors = [line for line in lines if "error:" in line] or lines or ["no reason given"]
    return errors[0].strip()
