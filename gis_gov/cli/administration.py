"""What the commands that administer accounts, roles and keys share."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, TypeVar

import psycopg
import typer
from psycopg import AsyncConnection

from gis_gov.accounts.by import By
from gis_gov.accounts.granting import Wanted
from gis_gov.cli.database import database
from gis_gov.cli.messages import CommandError
from gis_gov.cli.record import anchor, operator
from gis_gov.problems import Problem, broken_constraint
from gis_gov.settings import Settings

Made = TypeVar("Made")
Work = Callable[[AsyncConnection[Any], By], Awaitable[Made]]

PERSON_CLASSES = ("service", "control", "rely", "other")

ALL = 1_000_000
"""More accounts or keys than there are: commands list them on one page."""

AccountName = Annotated[str, typer.Argument(help="Name of the account.", metavar="NAME")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="Role, by its name in English or Chinese; may be repeated."),
]
Areas = Annotated[
    list[str] | None,
    typer.Option("--area", help="Code of an area, with all below it; may be repeated."),
]
Grids = Annotated[list[str] | None, typer.Option("--grid", help="Code of a grid; may be repeated.")]
Department = Annotated[str | None, typer.Option(help="Only what this department handles.")]
PersonClasses = Annotated[
    list[str] | None,
    typer.Option(
        "--person-class", help=f"Only persons of this class: {', '.join(PERSON_CLASSES)}."
    ),
]


def administer(settings: Settings, command: str, work: Work[Made]) -> Made:
    """Do the work on the database that `settings` name, all or nothing.

    Raises:
        CommandError: it is refused.

    """
    with database(settings, command) as url:
        return administer_at(settings, url, work)


def administer_at(settings: Settings, url: str, work: Work[Made]) -> Made:
    """Do the work on the database at `url`, all or nothing.

    Raises:
        CommandError: it is refused.

    """
    try:
        made = asyncio.run(_within(url, work))
    except Problem as problem:
        raise CommandError(problem.detail.rstrip(".")) from problem
    except psycopg.IntegrityError as error:
        broken = broken_constraint(error)
        if broken is None:
            raise
        raise CommandError(broken.detail.rstrip(".")) from error
    with psycopg.connect(url, autocommit=True) as connection:
        anchor(settings, connection)
    return made


async def _within(url: str, work: Work[Made]) -> Made:
    async with (
        await AsyncConnection.connect(url, autocommit=True, application_name="gis_gov") as conn,
        conn.transaction(),
    ):
        return await work(conn, By(operator()))


def wanted_roles(
    roles: list[str],
    areas: list[str] | None,
    grids: list[str] | None,
    department: str | None = None,
    classes: list[str] | None = None,
    *,
    until: date | None = None,
) -> list[Wanted]:
    """Return each role in each place; without a place, everywhere.

    Raises:
        CommandError: a class of persons is none.

    """
    for each in classes or ():
        if each not in PERSON_CLASSES:
            raise CommandError(f"{each!r} is no person class; it is {', '.join(PERSON_CLASSES)}")
    places = [(code, None) for code in areas or ()] + [(None, code) for code in grids or ()]
    return [
        Wanted(
            role=role,
            area=area,
            grid=grid,
            department=department,
            person_classes=frozenset(classes) if classes else None,
            valid_to=until,
        )
        for role in roles
        for area, grid in places or [(None, None)]
    ]
