"""Lists page by key: a limit, and a token that says where the last page ended."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request

from gis_gov.problems import InvalidRequest

LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1000
TOKEN_MAX: Final = 6000
"""It holds the values by which a list is sorted, as long as an address may be."""
_OWN: Final = ("limit", "after", "offset")
"""What is said of a page alone; a list without offsets refuses one like any unknown parameter."""

Row = TypeVar("Row")
Key = TypeVar("Key", str, int, list[Any])


class BadPageToken(InvalidRequest):
    """The token is none of ours, or belongs to another list or filter."""

    slug, title, status = "bad-page-token", "The page's token is not valid here", 400

    def __init__(self) -> None:
        super().__init__("query.after: follow the link `next` of a page as it is, or start anew")


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list is asked for; `who` stands for what the client may see."""

    limit: int
    path: str
    filters: tuple[tuple[str, str], ...]
    token: str | None
    who: str = ""

    def after(self, kind: type[Key]) -> Key | None:
        """Return the key of the last row before this page, None for the first page.

        Raises:
            BadPageToken: the token was not made for this list and filter.

        """
        if self.token is None:
            return None
        try:
            told = orjson.loads(base64.b64decode(self.token, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            raise BadPageToken from None
        match told:
            case [str(digest), key] if digest == self._digest() and type(key) is kind:
                return key
        raise BadPageToken

    def before(self) -> tuple[datetime, int] | None:
        """Return moment and id of the last row before this page, of a list with `moment_key`.

        Raises:
            BadPageToken: the token was not made for this list and filter.

        """
        match self.after(list):
            case None:
                return None
            case [int(micros), int(number)]:
                moment = datetime.fromtimestamp(micros // 10**6, UTC)
                return moment.replace(microsecond=micros % 10**6), number
            case _:
                raise BadPageToken

    def cut(
        self, rows: Sequence[Row], key: Callable[[Row], str | int | list[Any]]
    ) -> tuple[list[Row], str | None]:
        """Split what `limit` + 1 rows were asked for into the page and the link to the next."""
        shown = list(rows[: self.limit])
        if len(rows) <= self.limit:
            return shown, None
        token = base64.b64encode(orjson.dumps([self._digest(), key(shown[-1])]), altchars=b"-_")
        asked = [*self.filters, ("limit", str(self.limit)), ("after", token.decode())]
        return shown, f"{self.path}?{urlencode(asked)}"

    def _digest(self) -> str:
        told = orjson.dumps([self.path, sorted(self.filters), self.who])
        return blake2b(told, digest_size=8).hexdigest()


def moment_key(moment: datetime, number: int) -> list[Any]:
    """Make the key of a row of a list that is sorted by a moment, then by id."""
    return [round(moment.timestamp() * 10**6), number]


async def _page(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, description=f"Things a page; above {LIMIT_MAX}, {LIMIT_MAX}")
    ] = LIMIT_DEFAULT,
    after: Annotated[
        str | None,
        Query(
            max_length=TOKEN_MAX, description="Token of the link `next`", examples=["WyI1ZjYiLDdd"]
        ),
    ] = None,
) -> Page:
    filters = [pair for pair in request.query_params.multi_items() if pair[0] not in _OWN]
    actor = getattr(request.state, "actor", None)
    who = "" if actor is None else str(actor.digest)
    return Page(min(limit, LIMIT_MAX), request.url.path, tuple(filters), after, who)


Paged = Annotated[Page, Depends(_page)]
