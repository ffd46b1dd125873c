"""`gis-gov position`: how long positions are kept."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any

import psycopg
import typer
from psycopg import AsyncConnection

from gis_gov.cli.database import database
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.record import anchor, operator
from gis_gov.days import today
from gis_gov.patrol_settings import DAYS_LEAST
from gis_gov.patrols import retention
from gis_gov.patrols.retention import StillUsed, kept_by
from gis_gov.settings import Settings

app = typer.Typer(
    help="Drop positions that are too old.\n\nExample: gis-gov position purge --dry-run"
)

Before = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="Drop the days before this one; else those that GIS_GOV_POSITIONS_KEPT_DAYS does not"
        " keep, and patrols as GIS_GOV_PATROLS_KEPT_DAYS says.",
    ),
]


@app.command()
def purge(
    before: Before = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit.")] = None,
    home: Home = None,
) -> None:
    """Drop positions by whole days, with their lines, and patrols that are much older.

    The patrols of the days stay with their figures. A server that runs does the same by itself.

    Example: gis-gov position purge --before 2026-01-01 --dry-run
    """
    settings = settings_from(home=home)
    kept = kept_by(settings)
    first, patrols_from = kept.positions_from, kept.patrols_from
    if before is not None:
        first, patrols_from = before.date(), None
    if first is None:
        raise CommandError("positions are kept for ever; name a day by --before")
    if (today() - first).days < DAYS_LEAST:
        raise CommandError(f"positions of the last {DAYS_LEAST} days are not dropped")
    with database(settings, "position purge") as url:
        asyncio.run(_purge(settings, url, first, patrols_from, reason, dry_run=dry_run))


async def _purge(
    settings: Settings,
    url: str,
    first: date,
    patrols_from: date | None,
    reason: str | None,
    *,
    dry_run: bool,
) -> None:
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        days = await retention.droppable(conn, first)
        patrols = await retention.count_patrols(conn, patrols_from) if patrols_from else 0
        if dry_run:
            say(f"would drop the positions of {_told(days)}, and {patrols:,} patrols")
            return
        days, patrols = await _drop(conn, first, patrols_from, reason)
    with psycopg.connect(url, autocommit=True) as connection:
        anchor(settings, connection)
    say(f"dropped the positions of {_told(days)}, and {patrols:,} patrols")


async def _drop(
    conn: AsyncConnection[Any], first: date, patrols_from: date | None, reason: str | None
) -> tuple[list[date], int]:
    try:
        days = [day async for day in retention.drop_days(conn, first, operator(), reason)]
    except StillUsed:
        raise CommandError("others read and write positions all the time; try again") from None
    await retention.forget_days(conn)
    if patrols_from is None:
        return days, 0
    return days, await retention.drop_patrols(conn, patrols_from, operator(), reason)


def _told(days: list[date]) -> str:
    match days:
        case []:
            return "no day"
        case [day]:
            return str(day)
        case _:
            return f"{len(days)} days, {days[0]} to {days[-1]}"
