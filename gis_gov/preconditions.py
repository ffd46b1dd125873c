"""On what state of a feature a request insists: If-Match, If-None-Match (RFC 9110, 13.1)."""

import re
from typing import Final

from starlette.requests import Request

from gis_gov.problems import Problem

STATE_END: Final = "."
"""What ends the part of an ETag that tells the state that is written."""
_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class PreconditionFailed(Problem):
    """The feature is not in the state in which the client knows it."""

    slug, title, status = "changed-meanwhile", "It was changed meanwhile", 412


class PreconditionNeeded(Problem):
    """Who replaces a feature has to say which state of it is replaced."""

    slug, title, status = "precondition-needed", "Say which state is written", 428


def check_matches(request: Request, etag: str | None) -> None:
    """Refuse a write of a state that the client does not know; without the headers, nothing.

    There is no `etag` where there is no feature.

    Raises:
        PreconditionFailed: the state is another than If-Match tells, or one of If-None-Match.

    """
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if wanted is not None and not _holds(wanted, etag, weakly=False):
        raise PreconditionFailed("Read it again, look what changed, and send what is still wanted.")
    if unwanted is not None and _holds(unwanted, etag, weakly=True):
        raise PreconditionFailed("It is there already.")


def check_says_state(request: Request, etag: str | None) -> None:
    """Refuse a write that does not say of which state it is, where there is one.

    Raises:
        PreconditionNeeded: there is no If-Match.

    """
    if etag is not None and "if-match" not in request.headers:
        raise PreconditionNeeded(
            "Send the ETag of what you read as If-Match, or * to write whatever is there."
        )


def is_known(request: Request, etag: str) -> bool:
    """Say whether the client has this state already, as If-None-Match tells."""
    told = request.headers.get("if-none-match")
    return told is not None and _holds(told, etag, weakly=True)


def _holds(header: str, etag: str | None, *, weakly: bool) -> bool:
    if etag is None:
        return False
    if header.strip() == "*":
        return True
    tags = _TAG.findall(header)
    if weakly:
        return any(tag == etag for _, tag in tags)
    return any(not weak and _state(tag) == _state(etag) for weak, tag in tags)


def _state(tag: str) -> str:
    """Leave of an ETag what tells the state that is written."""
    return tag.strip('"').partition(STATE_END)[0]
