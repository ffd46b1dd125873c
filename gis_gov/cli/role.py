"""`gis-gov role`: who may do what, where."""

from datetime import date
from typing import Annotated, Any

import typer
from psycopg import AsyncConnection

from gis_gov.access.roles import ROLES
from gis_gov.accounts import granting
from gis_gov.accounts.by import By
from gis_gov.cli.administration import (
    AccountName,
    Areas,
    Department,
    Grids,
    PersonClasses,
    Roles,
    administer,
    wanted_roles,
)
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.tables import print_rows

app = typer.Typer(
    help="List, grant and take roles.\n\nExample: gis-gov role grant wang --role analyst"
)


@app.command("list")
def list_roles() -> None:
    """List the roles that there are, and their rights.

    Example: gis-gov role list
    """
    print_rows(
        ("role", "角色", "rights"),
        [(role.name, role.title_zh, " ".join(sorted(role.permissions))) for role in ROLES.values()],
    )


@app.command()
def grant(
    name: AccountName,
    roles: Roles,
    home: Home = None,
    areas: Areas = None,
    grids: Grids = None,
    department: Department = None,
    classes: PersonClasses = None,
    until: Annotated[
        str | None, typer.Option(help="Last day on which it holds, as 2026-12-31.")
    ] = None,
) -> None:
    """Grant roles to an account, in areas and grids; with neither, everywhere.

    Example: gis-gov role grant wang --role 督导员 --area 990101001000 --until 2026-12-31
    """
    wanted = wanted_roles(roles, areas, grids, department, classes, until=_day(until))

    async def work(conn: AsyncConnection[Any], by: By) -> None:
        for each in wanted:
            await granting.grant_role(conn, by, name, each)

    administer(settings_from(home=home), "role grant", work)
    say(f"{name} holds {', '.join(roles)}")


@app.command()
def revoke(
    name: AccountName,
    role_id: Annotated[int, typer.Argument(help="Its id, as `account roles` tells.", metavar="ID")],
    home: Home = None,
) -> None:
    """Take a role from an account.

    Example: gis-gov role revoke wang 12
    """

    async def work(conn: AsyncConnection[Any], by: By) -> None:
        await granting.revoke_role(conn, by, name, role_id)

    administer(settings_from(home=home), "role revoke", work)
    say(f"role {role_id} is taken from {name}")


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--until: {text!r} is no day such as 2026-12-31") from None
