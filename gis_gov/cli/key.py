"""`gis-gov key`: keys of machines."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from psycopg import AsyncConnection

from gis_gov.accounts import keys
from gis_gov.accounts.by import By
from gis_gov.accounts.grant_queries import KeyListed
from gis_gov.cli.administration import (
    ALL,
    Areas,
    Department,
    Grids,
    PersonClasses,
    Roles,
    administer,
    wanted_roles,
)
from gis_gov.cli.messages import say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.tables import print_rows

app = typer.Typer(
    help="Make, list and revoke keys of machines.\n\n"
    "Example: gis-gov key create --name qgis --role analyst"
)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    roles: Roles,
    home: Home = None,
    areas: Areas = None,
    grids: Grids = None,
    department: Department = None,
    classes: PersonClasses = None,
    days: Annotated[
        int, typer.Option(help="Days for which it holds.", min=1, max=keys.DAYS_MAX)
    ] = keys.DAYS,
) -> None:
    """Make a key, and print it alone; clients send it as `Authorization: Bearer`.

    Example: gis-gov key create --name qgis --role analyst --area 990101001000
    """
    wanted = wanted_roles(roles, areas, grids, department, classes)

    async def work(conn: AsyncConnection[Any], by: By) -> keys.MadeKey:
        return await keys.make_key(conn, by, name, wanted, days)

    made = administer(settings_from(home=home), "key create", work)
    print(made.token)
    say(f"key {made.id} holds until {made.expires_at:%Y-%m-%d}; it is not shown again")


@app.command("list")
def list_keys(home: Home = None) -> None:
    """List all keys, the newest first.

    Example: gis-gov key list
    """

    async def work(conn: AsyncConnection[Any], by: By) -> list[KeyListed]:
        return await keys.list_keys(conn, by, after=None, limit=ALL)

    now = datetime.now(UTC)
    print_rows(
        ("id", "name", "made by", "state", "until", "roles"),
        [
            (
                str(row.id),
                row.name,
                row.maker or "command line",
                row.state(now),
                f"{row.expires_at:%Y-%m-%d}",
                ", ".join(row.role_names),
            )
            for row in administer(settings_from(home=home), "key list", work)
        ],
    )


@app.command()
def revoke(
    key_id: Annotated[int, typer.Argument(help="Its id, as `key list` tells.", metavar="ID")],
    home: Home = None,
) -> None:
    """Let a key hold no more, at once.

    Example: gis-gov key revoke 3
    """

    async def work(conn: AsyncConnection[Any], by: By) -> None:
        await keys.revoke_key(conn, by, key_id)

    administer(settings_from(home=home), "key revoke", work)
    say(f"key {key_id} is revoked")
