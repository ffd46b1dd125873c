"""The rules of administering accounts."""

from enum import StrEnum
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.entry import Entry
from gis_gov.access.passwords import OneTime
from gis_gov.access.problems import NotAllowed
from gis_gov.accounts import grant_queries, queries
from gis_gov.accounts.by import By
from gis_gov.accounts.granting import APART, Wanted, grant_role, refuse_last
from gis_gov.accounts.problems import OwnRights
from gis_gov.accounts.queries import AccountRow
from gis_gov.days import today
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.settings import Settings

FIRST_ROLES: Final = ("security_administrator", "commander")


class Change(StrEnum):
    """What an administrator can do to somebody's account."""

    DISABLE = "disable"
    ENABLE = "enable"
    UNLOCK = "unlock"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - no password
    REMOVE_SECOND_FACTOR = "remove_second_factor"


# Whoever can do these can sign in as the other.
_TAKING_OVER: Final = frozenset({Change.RESET_PASSWORD, Change.REMOVE_SECOND_FACTOR})


class Administration:
    """What can be done to accounts, each in a transaction of the caller's."""

    def __init__(self, settings: Settings) -> None:
        self._former = settings.password_former

    async def add(
        self,
        conn: AsyncConnection[Any],
        by: By,
        name: str,
        one_time: OneTime,
        display_name: str | None = None,
        worker: str | None = None,
    ) -> None:
        """Add an account with a one-time password.

        Raises:
            InvalidRequest: there is no worker of that code.

        """
        worker_id = None
        if worker is not None:
            worker_id = await queries.worker_id(conn, worker)
            if worker_id is None:
                raise InvalidRequest(f"there is no worker {worker!r}")
        account_id = await queries.add_account(conn, name, display_name, worker_id, by.account_id)
        await self._keep(conn, account_id, one_time)
        await by.did(conn, Entry("account.create", "ok", "account", name))

    async def add_first(
        self, conn: AsyncConnection[Any], by: By, name: str, one_time: OneTime
    ) -> bool:
        """Add the first administrator; False where there is an account already."""
        await queries.lock_grantors(conn)
        if await queries.any_account(conn):
            return False
        await self.add(conn, by, name, one_time)
        for role in FIRST_ROLES:
            await grant_role(conn, by, name, Wanted(role))
        return True

    async def change(
        self,
        conn: AsyncConnection[Any],
        by: By,
        name: str,
        change: Change,
        one_time: OneTime | None = None,
    ) -> None:
        """Change somebody's account; a password that is reset becomes the one-time password.

        Raises:
            NotFound: there is no such account, or it is not who asks' to manage.
            OwnRights, NotAllowed, LastGrantor: it may not be done.
            ValueError: the one-time password is missing.

        """
        await queries.lock_grantors(conn)
        await queries.lock_account(conn, name)
        row = await self.read(conn, by, name)
        if row.id == by.account_id:
            raise OwnRights
        if change in _TAKING_OVER and by.actor is not None and APART & set(row.role_names):
            raise NotAllowed(
                "This account runs, secures or audits the system; use `gis-gov account"
                f" reset-password {name}` on the server."
            )
        detail = await self._apply(conn, row.id, change, one_time)
        await by.did(conn, Entry(f"account.{change}", "ok", "account", name, detail=detail))

    async def link(
        self, conn: AsyncConnection[Any], by: By, name: str, issuer: str, subject: str
    ) -> None:
        """Let a person of an identity provider sign in to an account; its sessions end.

        Raises:
            NotFound: there is no such account.

        """
        await self._link(conn, by, name, (issuer, subject))

    async def unlink(self, conn: AsyncConnection[Any], by: By, name: str) -> None:
        """Let no identity provider sign anybody in to an account; its sessions end.

        Raises:
            NotFound: there is no such account.

        """
        await self._link(conn, by, name, (None, None))

    async def _link(
        self,
        conn: AsyncConnection[Any],
        by: By,
        name: str,
        person: tuple[str, str] | tuple[None, None],
    ) -> None:
        await queries.lock_account(conn, name)
        row = await self.read(conn, by, name)
        await queries.link(conn, row.id, *person)
        await queries.end_sessions(conn, row.id)
        action = "account.unlink" if person[0] is None else "account.link"
        await by.did(conn, Entry(action, "ok", "account", name, detail={"issuer": person[0]}))

    async def read(self, conn: AsyncConnection[Any], by: By, name: str) -> AccountRow:
        """Return an account.

        Raises:
            NotFound: there is none, or it is not who asks' to manage.

        """
        found = await queries.read_accounts(
            conn, by.accounts, today(), asked_by=by.account_id, name=name
        )
        if not found:
            raise NotFound(f"There is no account {name!r}.")
        return found[0]

    async def _apply(
        self,
        conn: AsyncConnection[Any],
        account_id: int,
        change: Change,
        one_time: OneTime | None,
    ) -> dict[str, int] | None:
        match change:
            case Change.DISABLE:
                await refuse_last(conn, account_id)
                await queries.disable(conn, account_id)
                await queries.end_sessions(conn, account_id)
            case Change.ENABLE:
                await queries.enable(conn, account_id)
            case Change.UNLOCK:
                await queries.unlock(conn, account_id)
            case Change.REMOVE_SECOND_FACTOR:
                await queries.remove_factor(conn, account_id)
            case Change.RESET_PASSWORD:
                if one_time is None:
                    raise ValueError("a password is reset to a one-time password")
                await queries.end_sessions(conn, account_id)
                await self._keep(conn, account_id, one_time)
                # Whoever was in by the old password may have made keys, to stay in.
                return {"keys_revoked": await grant_queries.revoke_keys(conn, account_id)}
        return None

    async def _keep(self, conn: AsyncConnection[Any], account_id: int, one_time: OneTime) -> None:
        await queries.keep_password(
            conn, account_id, one_time.hashed, must_change=True, kept=self._former
        )
