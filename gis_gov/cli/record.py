"""Let the audit know of what is done at the command line."""

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from gis_gov.access.entry import Entry, write_sync
from gis_gov.cli.messages import CommandError, say
from gis_gov.settings import Settings

if TYPE_CHECKING:
    from gis_gov.access.anchor import Anchors

# What anchors need is slow to import: a command only does so once its work is done.
# ruff: noqa: PLC0415


def operator() -> str:
    """Return what the audit calls whoever runs this process; the environment has no say in it."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:{os.getuid()}"


def anchors(settings: Settings) -> "Anchors":
    """Return the anchors that the settings name.

    Raises:
        CommandError: there are no keys for them.

    """
    from gis_gov.access.anchor import anchors_of
    from gis_gov.access.keyring import SecretsError, load_sealer

    try:
        return anchors_of(settings, load_sealer(settings))
    except SecretsError as error:
        raise CommandError(str(error)) from error


def record(settings: Settings, url: str, entry: Entry) -> None:
    """Write an entry of a command, and anchor it."""
    with psycopg.connect(url, autocommit=True) as connection:
        write_sync(connection, entry, operator())
        anchor(settings, connection)


def anchor(settings: Settings, connection: psycopg.Connection[Any]) -> None:
    """Anchor the newest entry; what stands in the way is said, since the command itself is done.

    For an outside database only where the keys are: the machines that serve it have them, and one
    that loads a file must not make others.
    """
    from gis_gov.access.anchor import AnchorError, advance_sync
    from gis_gov.access.keyring import secrets_file

    keys = secrets_file(settings)
    if settings.database_url is not None and keys is not None and not keys.exists():
        return
    try:
        advance_sync(connection, anchors(settings))
    except (AnchorError, CommandError) as error:
        say(str(error))


def anchor_anew(settings: Settings, connection: psycopg.Connection[Any], entry: Entry) -> None:
    """Write an entry and anchor it, though the audit may not go on from what was anchored.

    The entry tells what that was: what is lost can be looked for.

    Raises:
        AnchorError: the file can't be read or written.
        CommandError: there are no keys for it.

    """
    from gis_gov.access.anchor import advance_sync

    kept = anchors(settings)
    before = advance_sync(connection, kept, back=True)
    told = before and {"number": before.number, "hash": before.hash.hex()}
    detail = {**(entry.detail or {}), "anchored_before": told}
    write_sync(connection, Entry(entry.action, entry.result, detail=detail), operator())
    advance_sync(connection, kept, back=True)


def record_restore(settings: Settings, url: str, file: Path) -> None:
    """Write that a backup was put in the place of the database."""
    from gis_gov.access.anchor import AnchorError

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            anchor_anew(settings, connection, Entry("db.restore", "ok", detail={"file": file.name}))
    except (AnchorError, CommandError) as error:
        say(str(error))
