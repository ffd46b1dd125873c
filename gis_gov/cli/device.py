"""`gis-gov device`: what tells where workers and vehicles are."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, LiteralString

import psycopg
import typer
from psycopg import errors

from gis_gov.cli.database import database
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.tables import print_rows
from gis_gov.gateway.terminals import digest_of, new_code

Kind = Literal["phone", "terminal", "vehicle"]
Mode = Literal["walk", "ebike", "car", "boat"]

app = typer.Typer(
    help="Enter and list the devices that tell positions.\n\nExample: gis-gov device list"
)

_WORKER: LiteralString = "select w.id from worker as w where w.code = %s"
_PUT: LiteralString = """
    insert into device as d (
        code, name, kind, mode, terminal, worker_id, is_forwarded, plate_color
    )
    values (
        %(code)s, %(name)s, %(kind)s, %(mode)s, %(terminal)s, %(worker_id)s, %(is_forwarded)s,
        %(plate_color)s
    )
    on conflict (code) do update
    set
        name = excluded.name,
        kind = excluded.kind,
        mode = excluded.mode,
        terminal = excluded.terminal,
        worker_id = excluded.worker_id,
        is_forwarded = excluded.is_forwarded,
        plate_color = excluded.plate_color,
        terminal_id = case when d.terminal = excluded.terminal then d.terminal_id end,
        secret_digest = case
            when d.terminal is not distinct from excluded.terminal then d.secret_digest
        end
"""
_SHOWN: LiteralString = "update device as d set secret_digest = %s where d.code = %s"
_LIST: LiteralString = """
    select
        d.code, coalesce(d.name, ''), d.kind, d.mode, coalesce(w.code, ''),
        coalesce(d.terminal, ''), case when d.secret_digest is null then '' else 'registered' end
    from device as d
    left join worker as w on w.id = d.worker_id
    order by d.code
"""


@app.command()
def add(  # noqa: PLR0913, PLR0917 - one argument an option
    code: Annotated[str, typer.Argument(help="Code of the device, as its positions tell it.")],
    home: Home = None,
    kind: Annotated[Kind, typer.Option(help="What it is.")] = "phone",
    mode: Annotated[Mode, typer.Option(help="How it moves: that limits its speed.")] = "walk",
    name: Annotated[str | None, typer.Option(help="Name, such as a number plate.")] = None,
    worker: Annotated[str | None, typer.Option(help="Code of the worker it is with.")] = None,
    terminal: Annotated[
        str | None, typer.Option(help="Number by which it registers with the gateway (JT/T 808).")
    ] = None,
    secret: Annotated[
        bool,
        typer.Option("--secret", help="Make a secret, and print the id for an app on the phone."),
    ] = False,
    forward: Annotated[
        bool, typer.Option("--forward", help="Tell a superior platform of it; see gis-gov forward.")
    ] = False,
    plate_color: Annotated[
        int | None,
        typer.Option(help="Of its number plate (JT/T 415): 1 blue, 2 yellow …", min=0, max=255),
    ] = None,
) -> None:
    """Enter a device, or write one anew; with another terminal number it has to register again.

    A phone with OsmAnd or Traccar Client shows a secret: it is in the id that `--secret` prints.

    Example: gis-gov device add 粤A12345 --kind vehicle --mode car --terminal 13800138000
    """
    _check_terminal(terminal, with_secret=secret)
    values: dict[str, object] = {
        "code": code,
        "name": name,
        "kind": kind,
        "mode": mode,
        "terminal": terminal,
    }
    values |= {"is_forwarded": forward, "plate_color": plate_color}
    with database(settings_from(home=home), "device add") as url, psycopg.connect(url) as conn:
        _put(conn, values, worker)
        if secret:
            made = new_code()
            conn.execute(_SHOWN, [digest_of(made), code])
            print(f"{code}.{made}")
    say(f"{code} is entered")


@app.command("list")
def list_devices(home: Home = None) -> None:
    """List the devices, with whom they are, and whether they have registered.

    Example: gis-gov device list
    """
    with database(settings_from(home=home), "device list") as url, psycopg.connect(url) as conn:
        rows = conn.execute(_LIST).fetchall()
    titles = ("device", "name", "kind", "mode", "worker", "terminal", "registered")
    print_rows(titles, rows)


def _check_terminal(terminal: str | None, *, with_secret: bool) -> None:
    if terminal is not None and not (terminal.isascii() and terminal.isdecimal()):
        raise CommandError(f"--terminal: {terminal!r} has to be digits, such as 13800138000")
    if terminal is not None and with_secret:
        raise CommandError("--secret: a terminal gets its code as it registers")


def _put(conn: psycopg.Connection[Any], values: Mapping[str, object], worker: str | None) -> None:
    found = conn.execute(_WORKER, [worker]).fetchone()
    if worker is not None and found is None:
        raise CommandError(f"--worker: there is no worker {worker!r}")
    try:
        conn.execute(_PUT, {**values, "worker_id": found and found[0]})
    except errors.UniqueViolation:
        raise CommandError(f"--terminal: {values['terminal']} is that of another device") from None
