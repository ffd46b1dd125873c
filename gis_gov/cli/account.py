"""`gis-gov account`: who can sign in."""

from typing import Annotated, Any

import typer
from psycopg import AsyncConnection

from gis_gov.access.passwords import Passwords
from gis_gov.accounts import granting, queries
from gis_gov.accounts.by import By
from gis_gov.accounts.service import Administration, Change
from gis_gov.cli.administration import (
    ALL,
    AccountName,
    Areas,
    Grids,
    administer,
    wanted_roles,
)
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.tables import print_roles, print_rows
from gis_gov.days import today
from gis_gov.settings import Settings

app = typer.Typer(
    help="Add, list, disable and unlock accounts.\n\nExample: gis-gov account add wang"
)

RolesToo = Annotated[
    list[str] | None,
    typer.Option("--role", help="Role, by its name in English or Chinese; may be repeated."),
]
SUBJECT_MAX = 255


@app.command()
def add(
    name: AccountName,
    home: Home = None,
    display_name: Annotated[str | None, typer.Option(help="How the person is called.")] = None,
    worker: Annotated[str | None, typer.Option(help="Code of the worker that it is.")] = None,
    roles: RolesToo = None,
    areas: Areas = None,
    grids: Grids = None,
) -> None:
    """Add an account, and print its one-time password alone.

    Without --role, it may do nothing yet; `role grant` gives roles with narrower limits.

    Example: gis-gov account add wang --role supervisor --area 990101001000
    """
    settings = settings_from(home=home)
    wanted = wanted_roles(roles or [], areas, grids)
    administration, passwords = Administration(settings), Passwords()

    async def work(conn: AsyncConnection[Any], by: By) -> str:
        one_time = await passwords.one_time()
        await administration.add(conn, by, name, one_time, display_name, worker)
        for each in wanted:
            await granting.grant_role(conn, by, name, each)
        return one_time.password

    print(administer(settings, "account add", work))
    _say_until_when(name, settings)


@app.command("list")
def list_accounts(home: Home = None) -> None:
    """List all accounts with their roles.

    Example: gis-gov account list
    """

    async def work(conn: AsyncConnection[Any], by: By) -> list[queries.AccountRow]:
        return await queries.read_accounts(conn, by.accounts, today(), limit=ALL)

    rows = administer(settings_from(home=home), "account list", work)
    print_rows(
        ("name", "state", "second factor", "roles"),
        [
            (
                row.name,
                "disabled" if row.is_disabled else "locked" if row.is_locked else "active",
                "yes" if row.totp_confirmed else "no",
                ", ".join(row.role_names),
            )
            for row in rows
        ],
    )


@app.command()
def disable(name: AccountName, home: Home = None) -> None:
    """Let an account be used no more: its sessions end, and its keys hold no more.

    Example: gis-gov account disable wang
    """
    _change(home, name, Change.DISABLE)
    say(f"{name} is disabled")


@app.command()
def enable(name: AccountName, home: Home = None) -> None:
    """Let an account be used again.

    Example: gis-gov account enable wang
    """
    _change(home, name, Change.ENABLE)
    say(f"{name} is enabled")


@app.command()
def unlock(name: AccountName, home: Home = None) -> None:
    """Forget the failures that locked an account.

    Example: gis-gov account unlock wang
    """
    _change(home, name, Change.UNLOCK)
    say(f"{name} is unlocked")


@app.command("reset-password")
def reset_password(
    name: AccountName,
    home: Home = None,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Remove the second factor too.")
    ] = False,
) -> None:
    """End the sessions of an account, and print a new one-time password alone.

    Example: gis-gov account reset-password wang --second-factor
    """
    settings = settings_from(home=home)
    administration, passwords = Administration(settings), Passwords()

    async def work(conn: AsyncConnection[Any], by: By) -> str:
        one_time = await passwords.one_time()
        if second_factor:
            await administration.change(conn, by, name, Change.REMOVE_SECOND_FACTOR)
        await administration.change(conn, by, name, Change.RESET_PASSWORD, one_time)
        return one_time.password

    print(administer(settings, "account reset-password", work))
    _say_until_when(name, settings)


@app.command()
def link(
    name: AccountName,
    subject: Annotated[str, typer.Option(help="The provider's id of the person (sub).")],
    home: Home = None,
    issuer: Annotated[
        str | None, typer.Option(help="The provider; without it GIS_GOV_OIDC_ISSUER.")
    ] = None,
) -> None:
    """Let a person whom the identity provider knows sign in to an account; its sessions end.

    Example: gis-gov account link wang --subject 5d0c7a6e
    """
    settings = settings_from(home=home)
    provider = issuer or settings.oidc_issuer
    if provider is None:
        raise CommandError("no identity provider is named: set GIS_GOV_OIDC_ISSUER, or --issuer")
    if not 1 <= len(subject) <= SUBJECT_MAX:
        raise CommandError(f"a subject has 1 to {SUBJECT_MAX} characters")
    administration = Administration(settings)

    async def work(conn: AsyncConnection[Any], by: By) -> None:
        await administration.link(conn, by, name, provider, subject)

    administer(settings, "account link", work)
    say(f"{name} signs in with {provider}")


@app.command()
def unlink(name: AccountName, home: Home = None) -> None:
    """Let no identity provider sign anybody in to an account any more; its sessions end.

    Example: gis-gov account unlink wang
    """
    settings = settings_from(home=home)
    administration = Administration(settings)

    async def work(conn: AsyncConnection[Any], by: By) -> None:
        await administration.unlink(conn, by, name)

    administer(settings, "account unlink", work)
    say(f"{name} signs in with no identity provider")


@app.command()
def roles(name: AccountName, home: Home = None) -> None:
    """List what an account holds, and held.

    Example: gis-gov account roles wang
    """

    async def work(conn: AsyncConnection[Any], by: By) -> list[granting.RoleRow]:
        return await granting.roles_of(conn, by, name)

    print_roles(administer(settings_from(home=home), "account roles", work))


def _say_until_when(name: str, settings: Settings) -> None:
    days = settings.password_one_time_days
    say(f"{name} signs in with this password within {days} days, and has to change it then")


def _change(home: Home, name: str, change: Change) -> None:
    settings = settings_from(home=home)
    administration = Administration(settings)

    async def work(conn: AsyncConnection[Any], by: By) -> None:
        await administration.change(conn, by, name, change)

    administer(settings, f"account {change.replace('_', '-')}", work)
