"""The first administrator of a database, who can sign in at once."""

from typing import Any

import psycopg
from psycopg import AsyncConnection

from gis_gov.settings import Settings

NAME = "admin"


def make_first_account(settings: Settings, url: str) -> None:
    """Make the first administrator of a database without any account, and print the password.

    Raises:
        CommandError: it is refused.

    """
    if _has_accounts(url):
        return
    # Slow to import, and only needed once in the life of a database.
    from gis_gov.access.passwords import Passwords  # noqa: PLC0415
    from gis_gov.accounts.by import By  # noqa: PLC0415
    from gis_gov.accounts.service import Administration  # noqa: PLC0415
    from gis_gov.cli.administration import administer_at  # noqa: PLC0415

    administration, passwords = Administration(settings), Passwords()

    async def work(conn: AsyncConnection[Any], by: By) -> str | None:
        one_time = await passwords.one_time()
        is_first = await administration.add_first(conn, by, NAME, one_time)
        return one_time.password if is_first else None

    password = administer_at(settings, url, work)
    if password is not None:
        print(
            f"Sign in as {NAME} with the one-time password {password}"
            f" within {settings.password_one_time_days} days"
            " (it is shown once, and has to be changed then)",
            flush=True,
        )


def _has_accounts(url: str) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute("select exists (select from account)").fetchone()
    return bool(row and row[0])
