"""`gis-gov simulate`."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer

from gis_gov.cli.database import database
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.progress import progress_bar
from gis_gov.days import today
from gis_gov.simulation.day import Truth, day
from gis_gov.simulation.devices import enter_devices
from gis_gov.simulation.files import write_messages, write_truths
from gis_gov.simulation.ground import read_ground
from gis_gov.simulation.phone import Phone
from gis_gov.simulation.plan import Plan, shifts_of
from gis_gov.simulation.sending import Pace, Sent, send

_DAY = "%Y-%m-%d"
_DAYS = 10_000_000
"""More days than there are: so each day of each seed has noise of its own."""
Server = Annotated[str | None, typer.Option(help="Address of a server to send to.")]
Key = Annotated[
    str | None,
    typer.Option(help="Key by which the server knows who sends.", envvar="GIS_GOV_SIMULATE_KEY"),
]
To = Annotated[Path | None, typer.Option(help="File for the messages, instead of a server.")]
TruthFile = Annotated[Path | None, typer.Option("--truth", help="File for what was true.")]
Workers = Annotated[int | None, typer.Option(help="How many workers go out; else all.", min=1)]
Date = Annotated[
    datetime | None,
    typer.Option("--date", help="The day; else yesterday, or today in real time.", formats=[_DAY]),
]
Begins = Annotated[float, typer.Option(help="Hour at which shifts begin.", min=0, max=23)]
Hours = Annotated[float, typer.Option(help="Hours that they last.", min=0.1, max=16)]
EveryS = Annotated[float, typer.Option("--every", help="Seconds from fix to fix.", min=1, max=300)]
Faults = Annotated[
    float, typer.Option(help="Share of phones with which something is wrong.", min=0, max=1)
]
SpeedUp = Annotated[
    float, typer.Option(help="Times as fast as it was; 0 is as fast as it goes.", min=0)
]
Seed = Annotated[int, typer.Option(help="Another seed is another day.", min=0)]


def simulate(  # noqa: PLR0913, PLR0917 - one argument an option
    home: Home = None,
    server: Server = None,
    key: Key = None,
    to: To = None,
    truth: TruthFile = None,
    workers: Workers = None,
    date: Date = None,
    begins: Begins = 8.5,
    hours: Hours = 8,
    every: EveryS = 10,
    faults: Faults = 0.2,
    speed_up: SpeedUp = 60,
    seed: Seed = 0,
) -> None:
    """Let the loaded workers go a made-up day, some of whose phones fail or cheat.

    Positions have the source `simulated`; the devices that tell them, SIM-…, are entered.

    Example: gis-gov simulate --server http://127.0.0.1:8000 --key KEY --workers 200
    """
    if (server is None) == (to is None):
        raise CommandError("--server or --to: say where to, one of both")
    told = date.date() if date else today() - timedelta(days=speed_up != 1)
    noise = seed * _DAYS + told.toordinal()
    plan = Plan(told, noise, begins * 3600, hours * 3600, every, every, faults)
    _refuse_future(plan, speed_up)
    settings = settings_from(home=home)
    with database(settings, "simulate") as url:
        with psycopg.connect(url) as conn:
            ground = read_ground(conn)[:workers]
            if not ground:
                raise CommandError("there are no workers; load some: gis-gov up, gis-gov load")
            phones, truths = day(plan, shifts_of(plan, ground))
            if server is not None:
                enter_devices(conn, phones)
        if truth is not None:
            write_truths(truth, truths)
        if to is not None:
            say(f"{write_messages(to, phones)} messages of {len(phones)} phones are in {to}")
        if server is not None:
            _send(server, key, phones, _pace(plan, speed_up))
    _tell(truths)


def _refuse_future(plan: Plan, speed_up: float) -> None:
    ends_at = plan.begins_at + timedelta(seconds=plan.length_s)
    if plan.day > today() or (speed_up != 1 and ends_at.timestamp() > time.time()):
        raise CommandError(
            f"--date: {plan.day:{_DAY}} is not over, and fixes of the future do not count; take"
            " another day, or --speed-up 1"
        )


def _pace(plan: Plan, speed_up: float) -> Pace:
    """In real time it is today: what has been is sent at once, the rest as it comes."""
    begins_s, now_s = plan.begins_at.timestamp(), time.time()
    is_live = speed_up == 1 and plan.day == today()
    return Pace(speed_up, begins_s, begins_s if is_live else now_s)


def _send(server: str, key: str | None, phones: Sequence[Phone], pace: Pace) -> None:
    if not key:
        raise CommandError(
            "--key is missing; make one: gis-gov key create --name simulate --role gateway"
        )
    count = sum(map(len, phones))

    async def work() -> Sent:
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=server, headers=headers, timeout=60) as client:
            with progress_bar() as show:
                return await send(
                    client, phones, pace, lambda sent: show("sending", sent.fixes / count)
                )

    try:
        sent = asyncio.run(work())
    except ExceptionGroup as group:
        raise CommandError(f"{server}: {group.exceptions[0]}") from group
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise CommandError(f"--server: {error}") from error
    say(
        f"{sent.fixes} fixes in {sent.messages} messages: {sent.stored} stored, {sent.repeated}"
        f" known already, {sent.refused} refused"
    )


def _tell(truths: Sequence[Truth]) -> None:
    honest = [truth for truth in truths if not truth.is_lie]
    metres = sum(truth.true_m for truth in honest)
    say(f"{len(truths)} workers went out, {len(truths) - len(honest)} of them cheat")
    say(f"the others really went {metres / 1000:.1f} km")
