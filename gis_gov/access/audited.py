"""How a route declares that the audit has to know of it.

`audited("person.read", "person", code="code")` in a route's `dependencies` records each answer
before it goes out, and each question that is not answered. A route that knows only in its course
what it gives away takes `Recorder` in its signature and calls it. A route that asks for a right to
personal data and has neither of the two is not served.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute

from gis_gov.access.audit import AuditLog
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import PLAIN, Permission
from gis_gov.access.permit import calls, declared
from gis_gov.access.purpose import purpose_of
from gis_gov.access.refusals import REFUSALS
from gis_gov.problems import Problem
from gis_gov.state import state_of

PERSONAL: Final = PLAIN | {
    Permission.PERSON_READ,
    Permission.WORKER_READ,
    Permission.TRACK_READ,
    Permission.FACE_CAMERA_READ,
    Permission.REVEAL,
    Permission.EXPORT,
    Permission.AUDIT_READ,
}
"""The rights to what tells of people, persons and workers, or to take tables out."""


class Recording:
    """Writes entries of one request; each is committed when the call returns."""

    def __init__(self, request: Request, audit: AuditLog) -> None:
        self._request = request
        self._audit = audit

    async def __call__(self, entry: Entry) -> None:
        """Write an entry.

        Raises:
            Unavailable: it can't be written, and nothing may be answered.

        """
        await self._audit.record(self._request, for_purpose(self._request, entry))

    async def repeated(self, entry: Entry) -> None:
        """Write an entry for what is asked for many times a minute, as each tile of a map.

        Raises:
            Unavailable: it can't be written, and nothing may be answered.

        """
        await self._audit.record_repeated(self._request, for_purpose(self._request, entry))


def for_purpose(request: Request, entry: Entry) -> Entry:
    """Return an entry with what the request says to be for, unless it has a reason."""
    purpose = purpose_of(request) if entry.result == "ok" and entry.reason is None else None
    return entry if purpose is None else replace(entry, reason=purpose)


async def _recording(request: Request) -> Recording:
    return Recording(request, state_of(request.app).audit)


Recorder = Annotated[Recording, Depends(_recording)]


class Audited:
    """Record how a route answered: `ok`, or why it did not."""

    def __init__(self, action: str, object_kind: str | None, code: str | None) -> None:
        self._action = action
        self._object_kind = object_kind
        self._code = code

    async def __call__(self, request: Request) -> AsyncIterator[None]:
        """Let the route answer, then write the entry."""
        audit = state_of(request.app).audit
        code = self._code and request.path_params.get(self._code)
        try:
            yield
        except Problem as problem:
            # Those of REFUSALS are recorded where they are answered.
            if problem.status not in REFUSALS and problem.status < 500:
                result = "refused" if problem.status == 404 else "failed"
                reason = problem.slug
                await audit.record(
                    request, Entry(self._action, result, self._object_kind, code, reason)
                )
            raise
        # What was asked by, never for which value.
        asked = {"parameters": sorted(request.query_params)} if request.query_params else None
        entry = Entry(self._action, "ok", self._object_kind, code, detail=asked)
        await audit.record(request, for_purpose(request, entry))


def audited(action: str, object_kind: str | None = None, *, code: str | None = None) -> Any:
    """Declare that a route is recorded; `code` names the path's parameter that holds the code."""
    # Before the answer goes out, and after the writes of the route are committed.
    return Depends(Audited(action, object_kind, code), scope="function")


def refuse_unaudited(routers: Iterable[APIRouter]) -> None:
    """Refuse to serve a route that gives personal data away unseen.

    Raises:
        ValueError: naming the route.

    """
    for route in (route for router in routers for route in router.routes):
        if not isinstance(route, APIRoute) or not PERSONAL & set(declared(route) or ()):
            continue
        if not any(call is _recording or isinstance(call, Audited) for call in calls(route)):
            raise ValueError(f"the route {route.path} reads personal data and is not audited")
