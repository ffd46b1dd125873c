"""`gis-gov audit`: the record of what was done."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import ServerCursor
from psycopg.rows import class_row
from rich.console import Console
from rich.table import Table

from gis_gov.access.anchor import AnchorError
from gis_gov.access.entry import Entry, write_sync
from gis_gov.auditing.purge import TooYoung
from gis_gov.auditing.purge import purge as drop_months
from gis_gov.auditing.queries import Filter, Row, entries
from gis_gov.auditing.verify import AuditBroken
from gis_gov.auditing.verify import verify as walk
from gis_gov.auditing.writing import csv_header, csv_lines, json_lines
from gis_gov.cli.database import database
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.record import anchor as anchor_newest
from gis_gov.cli.record import anchor_anew, anchors, operator
from gis_gov.days import LOCAL
from gis_gov.db.run import compiled
from gis_gov.interval import parse_interval
from gis_gov.settings import Settings
from gis_gov.whole_files import written_privately

app = typer.Typer(
    help="Verify, search, export and purge the record of what was done."
    "\n\nExample: gis-gov audit verify"
)

_PIECE = 2000
_WIDTH = 400


class Result(StrEnum):
    """How what was done ended."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


ByActor = Annotated[str | None, typer.Option("--actor", help="Who: account:NAME, cli:USER, …")]
ByAction = Annotated[str | None, typer.Option("--action", help="What: tile.read, sign-in, …")]
ByObject = Annotated[str | None, typer.Option("--object", help="To what: KIND, or KIND/CODE.")]
ByResult = Annotated[Result | None, typer.Option("--result", help="How it ended.")]
Since = Annotated[str | None, typer.Option(help="From this day, or time with its offset.")]
Until = Annotated[str | None, typer.Option(help="Up to and with this day or time.")]
Limit = Annotated[int, typer.Option(help="Entries at most.", min=1, max=100_000)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Out = Annotated[Path, typer.Argument(help="File ending in .csv or .jsonl.", dir_okay=False)]
Before = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d"], help="Drop the months that end before this day.")
]
Reason = Annotated[str | None, typer.Option(help="Why, for the audit.")]


@app.command()
def verify(home: Home = None) -> None:
    """Compute every hash anew; exit with 1 at the first change, gap or cut.

    Example: gis-gov audit verify
    """
    settings = settings_from(home=home)
    with _connected(settings, "audit verify") as connection:
        kept = anchors(settings)
        found, file = walk(connection, kept), kept.file
    numbers = "" if found.first is None else f", {found.first} to {found.last}"
    print(f"{found.entries} entries{numbers}: the audit is whole")
    for run in found.purged:
        day = f"{run.purged_at.astimezone(LOCAL):%Y-%m-%d}"
        print(f"{run.first} to {run.last} were purged on {day}, says entry {run.purge}")
    for chain, last in found.others.items():
        print(
            f"{file} also anchors the chain {chain}, up to entry {last}: of another database,"
            " unless this one's was made anew"
        )


@app.command()
def search(  # noqa: PLR0913, PLR0917 - one argument an option
    actor: ByActor = None,
    action: ByAction = None,
    about: ByObject = None,
    since: Since = None,
    until: Until = None,
    result: ByResult = None,
    limit: Limit = 50,
    json: AsJson = False,
    home: Home = None,
) -> None:
    """Print the newest entries that fit.

    Example: gis-gov audit search --actor account:wang --since 2026-01-01 --result refused
    """
    wanted = _filter(actor, action, about, since, until, result)
    settings = settings_from(home=home)
    with _connected(settings, "audit search") as connection:
        query, bound = compiled(entries(wanted, limit=limit))
        with connection.cursor(row_factory=class_row(Row)) as cursor:
            rows = cursor.execute(query, bound).fetchall()
        _note(settings, connection, Entry("audit.read", "ok", "audit", detail=wanted.told()))
    if json:
        typer.echo(json_lines(rows).decode(), nl=False)
    else:
        _print(rows)


@app.command()
def export(
    file: Out,
    actor: ByActor = None,
    action: ByAction = None,
    about: ByObject = None,
    since: Since = None,
    until: Until = None,
    result: ByResult = None,
    home: Home = None,
) -> None:
    """Write the entries that fit to FILE, with their hashes, the oldest first.

    Example: gis-gov audit export january.jsonl --since 2026-01-01 --until 2026-01-31
    """
    if file.suffix not in (".csv", ".jsonl"):
        raise CommandError(f"{file}: name a file that ends in .csv or .jsonl")
    wanted = _filter(actor, action, about, since, until, result)
    settings = settings_from(home=home)
    with _connected(settings, "audit export") as connection:
        detail = {"format": file.suffix[1:], **wanted.told()}
        _note(settings, connection, Entry("audit.export", "ok", "audit", detail=detail))
        count = _export(connection, wanted, file)
    say(f"wrote {count:,} entries to {file}")


@app.command()
def purge(before: Before, reason: Reason = None, home: Home = None) -> None:
    """Drop whole months that are older than six months; the audit is verified first.

    Example: gis-gov audit purge --before 2026-01-01
    """
    settings = settings_from(home=home)
    with _connected(settings, "audit purge") as connection:
        found = walk(connection, anchors(settings))
        # What is anchored is of today then, and not among what is dropped.
        _note(settings, connection, Entry("audit.verify", "ok", "audit", str(found.last)))
        try:
            purged = drop_months(connection, before.date(), operator(), reason)
        except TooYoung as error:
            raise CommandError(str(error)) from error
        anchor_newest(settings, connection)
    months = (
        ", ".join(purged.months)
        or "nothing; no month with entries of six months ago after it ends before that day"
    )
    say(f"dropped {months}: {purged.entries:,} entries")


@app.command()
def anchor(home: Home = None) -> None:
    """Anchor the newest entry here, whatever was anchored before; the audit tells of it.

    Example: gis-gov audit anchor
    """
    settings = settings_from(home=home)
    with _connected(settings, "audit anchor") as connection:
        anchor_anew(settings, connection, Entry("audit.anchor", "ok"))
    say(f"anchored in {anchors(settings).file}")


@contextmanager
def _connected(settings: Settings, command: str) -> Generator[psycopg.Connection[Any]]:
    try:
        with (
            database(settings, command) as url,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            yield connection
    except (AuditBroken, AnchorError) as error:
        raise CommandError(str(error)) from error


def _note(settings: Settings, connection: psycopg.Connection[Any], entry: Entry) -> None:
    write_sync(connection, entry, operator())
    anchor_newest(settings, connection)


def _filter(
    actor: str | None,
    action: str | None,
    about: str | None,
    since: str | None,
    until: str | None,
    result: Result | None,
) -> Filter:
    kind, _, code = (about or "").partition("/")
    try:
        first = None if since is None else parse_interval(f"{since}/..").since
        end = None if until is None else parse_interval(f"../{until}").until
    except ValueError as error:
        raise CommandError(f"--since and --until: {error}") from error
    told = None if result is None else result.value
    return Filter(actor, action, kind or None, code or None, told, first, end)


def _export(connection: psycopg.Connection[Any], wanted: Filter, file: Path) -> int:
    """Write the file, all or nothing, for its owner's eyes only; return how many entries it has."""
    query, bound = compiled(entries(wanted, oldest_first=True))
    count = 0
    with (
        written_privately(file) as output,
        connection.transaction(),
        ServerCursor(connection, "audit_export", row_factory=class_row(Row)) as cursor,
    ):
        output.write(csv_header().encode() if file.suffix == ".csv" else b"")
        cursor.execute(query, bound)
        while rows := cursor.fetchmany(_PIECE):
            text = csv_lines(rows).encode() if file.suffix == ".csv" else json_lines(rows)
            output.write(text)
            count += len(rows)
    return count


def _print(rows: list[Row]) -> None:
    table = Table(*("number", "time", "actor", "client", "action", "object", "result", "reason"))
    for row in rows:
        about = "/".join(part for part in (row.object_kind, row.object_code) if part)
        client = (row.client or "").partition("/")[0]
        at = f"{row.at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"
        told = (row.actor, client, row.action, about, row.result, row.reason or "")
        table.add_row(str(row.number), at, *told)
    # Into a file or pipe nothing is to be broken over lines.
    width = None if sys.stdout.isatty() else _WIDTH
    Console(markup=False, highlight=False, width=width).print(table)
