"""Who administers: somebody over HTTP, within their rights, or the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.entry import Entry, write_within
from gis_gov.access.grants import Grant, may_grant
from gis_gov.access.permissions import Permission
from gis_gov.access.reach import EVERYWHERE, Extent

EVERY_ROLE: Final = Grant(role="security_administrator")
"""Who may give this may give every role, everywhere."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does it; without an actor, the command line: whoever may use that may do everything."""

    name: str
    client: str | None = None
    actor: Actor | None = None

    @property
    def account_id(self) -> int | None:
        """Return the account of who does it."""
        return self.actor and self.actor.account_id

    @property
    def grants(self) -> Sequence[Grant] | None:
        """Return what who does it holds; None is no limit."""
        return None if self.actor is None else self.actor.grants

    @property
    def accounts(self) -> Extent:
        """Return where the accounts lie that may be managed."""
        if self.actor is None:
            return EVERYWHERE
        return self.actor.reach(Permission.ACCOUNT_MANAGE).any

    @property
    def grants_every_role(self) -> bool:
        """Say whether every role may be granted everywhere."""
        return self.grants is None or may_grant(self.grants, EVERY_ROLE)

    async def did(self, conn: AsyncConnection[Any], entry: Entry) -> None:
        """Put it on record, as the last of the transaction that does it."""
        await write_within(conn, entry, actor=self.name, client=self.client)
