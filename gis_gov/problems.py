"""Problems (RFC 9457): every error that a client can meet, and how it is answered."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg import errors
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from gis_gov.constraints import SENTENCES
from gis_gov.methods import allowed_methods

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Tell a client what is wrong, where, and how to mend it.

    A subclass is one kind of problem; its `slug` is unique and never changes its meaning.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members

    def body(self) -> dict[str, object]:
        """Return the members of the JSON object."""
        return {
            "type": f"urn:gis-gov:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }


class InvalidRequest(Problem):
    """The request's parameters or body break a rule."""

    slug, title, status = "invalid-request", "The request is not valid", 400

    @classmethod
    def at(cls, where: str, what: str) -> Self:
        """Name the place of a fault (`query.bbox`, `body.points.0`) and what is wrong there."""
        return cls(f"{where}: {what}", errors=[{"where": where, "what": what}])


class UnknownParameter(Problem):
    """A query parameter is not one of the route's."""

    slug, title, status = "unknown-parameter", "Unknown query parameter", 400


class NotFound(Problem):
    """There is no such thing, or it is not the client's to see."""

    slug, title, status = "not-found", "Not found", 404


class MethodNotAllowed(Problem):
    """The route exists, but not for this method, or not here: then `allowed` tells what is."""

    slug, title, status = "method-not-allowed", "Method not allowed", 405
    allowed: str | None = None


class UnsupportedMedia(Problem):
    """The body is of a type that the route does not read."""

    slug, title, status = "unsupported-media", "Unsupported media type", 415


class TooLarge(Problem):
    """The body is larger than the route takes."""

    slug, title, status = "too-large", "Request body too large", 413


class Conflict(Problem):
    """A constraint of the data forbids the write."""

    slug, title, status = "conflict", "The data forbid this", 409


class RuleBroken(InvalidRequest):
    """A value breaks a rule of the data."""

    slug, title, status = "rule-broken", "A value breaks a rule", 400


class ValueMissing(InvalidRequest):
    """A value that must be there is not."""

    slug, title, status = "value-missing", "A value is missing", 400


class AlreadyThere(Conflict):
    """Another thing has the same key."""

    slug, title, status = "already-there", "It is already there", 409


class BrokenReference(Conflict):
    """What is referred to does not exist, or what should go is still referred to."""

    slug, title, status = "broken-reference", "A reference leads nowhere", 409


class TookTooLong(Problem):
    """What the question asks for was given up at the time limit."""

    slug, title, status = "took-too-long", "The question took too long", 503


class Unavailable(Problem):
    """The database or a process apart is not there, or all connections are taken."""

    slug, title, status = "unavailable", "Not available now", 503


class InternalError(Problem):
    """Something broke that is not the client's fault."""

    slug, title, status = "internal-error", "Internal error", 500


_BY_STATUS: Mapping[int, type[Problem]] = {
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMedia,
}


# A value that only the database finds to be no number, text or time of its kind.
_UNSTORABLE = (
    errors.NumericValueOutOfRange,
    errors.CharacterNotInRepertoire,
    errors.UntranslatableCharacter,
    errors.InvalidTextRepresentation,
    errors.DatetimeFieldOverflow,
    errors.InvalidDatetimeFormat,
)

# The partition of a day has the constraints of the whole table, under names of its own.
_OF_A_DAY = re.compile(r"^position_(\d{8}|default)_")


def broken_constraint(error: psycopg.Error) -> Problem | None:
    """Translate a constraint that was broken, None where the error is none of the client's making.

    The problem names the constraint, or the column without a value, and tells no other values.
    """
    table, column = error.diag.table_name, error.diag.column_name
    name = _OF_A_DAY.sub("position_", error.diag.constraint_name or "")
    if (table, column) == ("area", "level_rank"):
        # Computed from the level, and looked at before it.
        return RuleBroken(SENTENCES["area_level_known"], constraint="area_level_known")
    if isinstance(error, errors.ProgramLimitExceeded) and table:
        return InvalidRequest(
            f"A text of {table} that things are found by has 2,700 bytes at most."
        )
    if isinstance(error, errors.NotNullViolation):
        return ValueMissing(f"{table}.{column} must have a value.", column=f"{table}.{column}")
    if name not in SENTENCES:
        return None
    match error:
        case errors.UniqueViolation():
            kind = AlreadyThere
        case errors.ForeignKeyViolation():
            kind = BrokenReference
        case errors.CheckViolation():
            kind = RuleBroken
        case _:
            kind = Conflict
    return kind(SENTENCES[name], constraint=name)


def _of_a_value(error: psycopg.Error | UnicodeEncodeError) -> Problem | None:
    match error:
        case UnicodeEncodeError():
            return InvalidRequest("A text holds half a character (a lone surrogate).")
        case psycopg.DataError() if isinstance(error, _UNSTORABLE) or error.sqlstate is None:
            return InvalidRequest("A value is out of the range or of the characters that are kept.")
        case _:
            return broken_constraint(error)


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Make the answer for a problem."""
    return JSONResponse(
        problem.body(),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def _described(found: Sequence[Any]) -> list[dict[str, str]]:
    """Name the place and the fault of each validation error, and none of the client's input."""
    return [
        {"where": ".".join(str(part) for part in error["loc"]), "what": str(error["msg"])}
        for error in found
    ]


def _problem_of(error: Exception, request_id: str) -> Problem:
    """Translate what was raised into the client's terms; anything unknown says nothing."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            # What two dependencies need alike is told by FastAPI for each of them.
            described = _described(error.errors())
            listed = [each for n, each in enumerate(described) if each not in described[:n]]
            first = listed[0] if listed else {"where": "request", "what": "not valid"}
            return InvalidRequest(f"{first['where']}: {first['what']}", errors=listed)
        case HTTPException() if error.status_code in _BY_STATUS:
            return _BY_STATUS[error.status_code](str(error.detail))
        case HTTPException() if error.status_code < 500:
            return InvalidRequest(str(error.detail))
        case psycopg.Error() | UnicodeEncodeError() if problem := _of_a_value(error):
            return problem
        case ClientDisconnect():
            return InvalidRequest("The client left before the body had come.")
        case errors.QueryCanceled():
            return TookTooLong("Ask for a smaller area, a shorter time or fewer things.")
        case PoolTimeout():
            return Unavailable("All database connections are taken; try again in a moment.")
        case psycopg.OperationalError():
            log.warning("database unavailable", error=type(error).__name__, request_id=request_id)
            return Unavailable("The database does not answer; try again in a moment.")
        case _:
            log.error("internal error", request_id=request_id, exc_info=error)
            return InternalError("The server's log tells more.", request_id=request_id)


async def answer(request: Request, error: Exception) -> Response:
    """Make the answer for what was raised."""
    request_id: str = getattr(request.state, "request_id", "")
    headers: Mapping[str, str] | None = getattr(error, "headers", None)
    problem = request.state.problem = _problem_of(error, request_id)
    if isinstance(problem, MethodNotAllowed) and problem.allowed is not None:
        headers = {"allow": problem.allowed}
    elif isinstance(problem, MethodNotAllowed):
        headers = {"allow": allowed_methods(request)}
    return respond(problem, headers)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""
    for kind in (
        Problem,
        RequestValidationError,
        HTTPException,
        ClientDisconnect,
        psycopg.Error,
        Exception,
    ):
        app.add_exception_handler(kind, answer)
