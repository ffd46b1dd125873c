"""Refuse a request, so that the audit knows why."""

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from gis_gov.access.refusals import GUARDED
from gis_gov.problems import Problem, respond


async def refuse(
    problem: Problem,
    scope: Scope,
    receive: Receive,
    send: Send,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a problem that is recorded, whatever its status."""
    scope.setdefault("state", {}).update({"problem": problem, GUARDED: True})
    await respond(problem, headers)(scope, receive, send)
