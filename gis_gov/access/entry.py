"""One entry of the audit, without secrets and plain personal values, and how it is written."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from psycopg import AsyncConnection, Connection

from gis_gov.access.patterns import IN_AUDIT

Result = Literal["ok", "refused", "failed"]

TEXT_MAX: Final = 500
ACCOUNT: Final = "account"

# What gets in through a path or a code all the same, as ID numbers and phones do.
_KEY = re.compile(r"gg_[\w-]{8,}")
# PostgreSQL stores no NUL, and UTF-8 has no lone surrogates.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

INSERT: Final = """
    insert into audit
    (actor, client, action, object_kind, object_code, result, reason, detail)
    select
        r ->> 'actor', (r ->> 'client')::inet, r ->> 'action', r ->> 'object_kind',
        r ->> 'object_code', r ->> 'result', r ->> 'reason', r -> 'detail'
    from jsonb_array_elements(%s::jsonb) with ordinality as e (r, place)
    order by e.place
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done, to what, and how it ended.

    `action` is a dotted word ("person.read"), or for what was refused the method and the route's
    pattern. `object_code` is a code, never a value; `reason` is why it was done, or refused.
    """

    action: str
    result: Result
    object_kind: str | None = None
    object_code: str | None = None
    reason: str | None = None
    detail: Mapping[str, Any] | None = None


def row_of(entry: Entry, actor: str, client: str | None) -> dict[str, Any]:
    """Return the row for the `INSERT`; a `client` that is no address is left out."""
    return {
        "actor": _named(actor),
        "client": _address(client),
        "action": _clean(entry.action),
        "object_kind": _clean(entry.object_kind),
        "object_code": _code(entry),
        "result": entry.result,
        "reason": _clean(entry.reason),
        "detail": _clean(entry.detail),
    }


def rows_json(rows: list[dict[str, Any]]) -> str:
    """Return what the `INSERT` takes."""
    return orjson.dumps(rows, default=str).decode()


def write_sync(conn: Connection[Any], entry: Entry, actor: str) -> None:
    """Write an entry in the transaction of a command, which is then done or not along with it."""
    conn.execute(INSERT, [rows_json([row_of(entry, actor, None)])])


async def write_within(
    conn: AsyncConnection[Any], entry: Entry, *, actor: str, client: str | None
) -> None:
    """Write an entry in the transaction that does what it tells of: both hold, or neither.

    Make it the last of the transaction: until its end, nobody else can write an entry.
    """
    await conn.execute(INSERT, [rows_json([row_of(entry, actor, client)])])


def _code(entry: Entry) -> str | None:
    """Return the code as it is kept: an account's name is one, even if it looks like a phone."""
    if entry.object_kind == ACCOUNT and entry.object_code is not None:
        return _named(entry.object_code)
    return _clean(entry.object_code)


def _named(name: str) -> str:
    # Masked, two accounts that are named by their phones could not be told apart, nor looked for.
    return _shortened(_storable(name))


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def _shortened(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"


def _clean(value: Any) -> Any:
    match value:
        case str():
            text = IN_AUDIT.masked(_storable(value))
            return _shortened(_KEY.sub("gg_***", text))
        case Mapping():
            return {_clean(str(name)): _clean(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(inner) for inner in value]
        case int() if not isinstance(value, bool) and value.bit_length() > 33:
            return _clean(str(value))
        case _:
            return value


def _address(client: str | None) -> str | None:
    try:
        return client and str(ipaddress.ip_address(client.partition("%")[0]))
    except ValueError:
        return None
