"""`gis-gov secret`: the keys of sealed data."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import psycopg
import typer

from gis_gov.access.entry import Entry, write_sync
from gis_gov.access.key_register import registered
from gis_gov.access.keyring import SecretsError, read_keys, secrets_file, text_of_keys
from gis_gov.access.problems import CannotOpen
from gis_gov.access.rotation import prune as prune_keys
from gis_gov.access.rotation import rotate as rotate_keys
from gis_gov.access.sealing import Key, new_key
from gis_gov.cli.database import database
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.progress import progress_bar
from gis_gov.cli.record import anchor, operator
from gis_gov.settings import Settings

app = typer.Typer(
    help="Look at, change and drop the keys of sealed data (ID numbers, phones, second factors)."
    "\n\nExample: gis-gov secret rotate"
)


@app.command()
def show(home: Home = None) -> None:
    """List the keys by their ids, with what each is for; the keys themselves are not told.

    Example: gis-gov secret show
    """
    settings = settings_from(home=home)
    with _connection(settings, "secret show") as conn:
        keys, wanted = read_keys(settings), registered(conn)
    print(f"keys in {secrets_file(settings) or 'GIS_GOV_SECRETS'}")
    for number, key in enumerate(keys):
        use = "seals" if number == 0 else "opens" if key.id in wanted else "is not needed"
        print(f"{key.id.hex()} {use}")


@app.command()
def make() -> None:
    """Print a new key for GIS_GOV_SECRETS; it is kept nowhere.

    Example: export GIS_GOV_SECRETS="$(gis-gov secret make)"
    """
    print(text_of_keys([new_key()]))


@app.command()
def rotate(home: Home = None) -> None:
    """Take a new key and seal everything anew; or go on with a rotation that was cut off.

    Servers may run meanwhile, loads wait. Back up secrets.json afterwards, before anything else.

    Example: gis-gov secret rotate --home ~/panyu
    """
    settings = settings_from(home=home)
    with _connection(settings, "secret rotate") as conn, progress_bar() as progress:
        key, done = rotate_keys(conn, settings, progress)
        _record(conn, settings, "secret.rotate", [key])
    say(f"{done:,} values are sealed by the new key {key.id.hex()}; back up the keys now")


@app.command()
def prune(home: Home = None) -> None:
    """Drop the keys that no data need any more; older backups of the database need them.

    Example: gis-gov secret prune
    """
    settings = settings_from(home=home)
    with _connection(settings, "secret prune") as conn:
        dropped = prune_keys(conn, settings)
        if dropped:
            _record(conn, settings, "secret.prune", dropped)
    listed = ", ".join(key.id.hex() for key in dropped) or "none: all are needed"
    say(f"keys dropped: {listed}")


def _record(conn: psycopg.Connection, settings: Settings, action: str, keys: Sequence[Key]) -> None:
    """Let the audit know of a change, and anchor it under the keys as they are now."""
    detail = {"keys": [key.id.hex() for key in keys]}
    write_sync(conn, Entry(action, "ok", "sealing_key", detail=detail), operator())
    anchor(settings, conn)


@contextmanager
def _connection(settings: Settings, command: str) -> Generator[psycopg.Connection]:
    try:
        with database(settings, command) as url, psycopg.connect(url, autocommit=True) as opened:
            yield opened
    except SecretsError as error:
        raise CommandError(str(error)) from error
    except CannotOpen as error:
        raise CommandError(
            "a sealed value does not open with these keys, it may have been changed; nothing is"
            " lost: all older keys are kept"
        ) from error
