"""Why somebody asks where others went: said in a header, and kept in the audit.

A header goes along with every request of a client without being part of what it asks for: no link,
page token or cache key has it, and QGIS and other clients set it once for a connection.
"""

from typing import Annotated, Any, Final

from fastapi import Depends, Header
from starlette.requests import HTTPConnection, Request

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.problems import InvalidRequest, Problem
from gis_gov.settings import Settings
from gis_gov.state import state_of

HEADER: Final = "X-Purpose"
_SAYS: Final = "What it is for, one of those that the server knows; kept in the audit"
_PATTERN: Final = r"^([a-z][a-z0-9_-]*)?$"
STATED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": HEADER.lower(),
            "in": "header",
            "required": False,
            "description": _SAYS,
            "schema": {"type": "string", "maxLength": 64, "pattern": _PATTERN},
            "example": "inspection",
        }
    ]
}
"""What the document says of the header, for routes that read it without a dependency."""


class PurposeNeeded(Problem):
    """Where others went is told for a purpose only."""

    slug, title, status = "purpose-needed", "Say what it is for", 400

    def __init__(self, settings: Settings) -> None:
        known = ", ".join(settings.purposes)
        super().__init__(
            f"Send the header {HEADER} with one of: {known}.", purposes=list(settings.purposes)
        )


def purpose_of(request: HTTPConnection) -> str | None:
    """Return what a request says to be for, None if it does not say.

    Raises:
        InvalidRequest: there is no such purpose.

    """
    said = request.headers.get(HEADER)
    if not said:
        return None
    known = state_of(request.app).settings.purposes
    if said not in known:
        raise InvalidRequest.at(f"header.{HEADER}", f"is none of {', '.join(known)}")
    return said


async def check_purpose(request: Request) -> None:
    """Refuse a purpose that there is not, whatever is asked for."""
    purpose_of(request)


class Purpose:
    """What a request for where others went says to be for."""

    def __init__(self, request: Request) -> None:
        self._said = purpose_of(request)
        state = state_of(request.app)
        self._settings, self._movers = state.settings, state.movers

    def require(self) -> None:
        """Refuse to tell without a purpose, where one is required.

        Raises:
            PurposeNeeded: it is not said.

        """
        if self._said is None and self._settings.purpose_required:
            raise PurposeNeeded(self._settings)

    def require_for(self, right: Permission) -> None:
        """Refuse the same for what is told by the right to tracks.

        Raises:
            PurposeNeeded: it is not said.

        """
        if right is Permission.TRACK_READ:
            self.require()

    def require_of(self, actor: Actor, worker_id: int) -> None:
        """Refuse the same for the way of somebody else.

        Raises:
            PurposeNeeded: it is not said.

        """
        if worker_id != actor.worker_id:
            self.require()

    async def require_of_named(self, actor: Actor, worker: str | None) -> None:
        """Refuse the same where somebody else is named by his code; None names nobody.

        It may wait for a connection, so nobody holds one meanwhile.

        Raises:
            PurposeNeeded: it is not said.

        """
        if worker is None:
            return
        mover = await self._movers.worker(worker)
        if mover is None or mover.id != actor.worker_id:
            self.require()

    def require_of_all(self, actor: Actor) -> None:
        """Refuse the same for the ways of all; who may follow nobody is told his own only.

        Raises:
            PurposeNeeded: it is not said.

        """
        if actor.may(Permission.TRACK_READ):
            self.require()


async def _purpose(
    request: Request,
    x_purpose: Annotated[
        str | None,
        Header(
            max_length=64,
            pattern=_PATTERN,
            description=_SAYS,
            examples=["inspection"],
        ),
    ] = None,
) -> Any:
    del x_purpose  # read as everywhere; named here for the document
    return Purpose(request)


StatedPurpose = Annotated[Purpose, Depends(_purpose)]
