"""One entry of the audit, without secrets and plain personal values, and how it is written."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from psycopg import AsyncConnection, Connection

Result = Literal["ok", "refused", "failed"]

TEXT_MAX: Final = 500

# What gets in through a path or a code all the same: an ID number, a phone, a key.
_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(\d{3})\d{3}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{3}[\dXx])(?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<![0-9A-Za-z])(1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])")
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
        "actor": _clean(actor),
        "client": _address(client),
        "action": _clean(entry.action),
        "object_kind": _clean(entry.object_kind),
        "object_code": _clean(entry.object_code),
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


def _clean(value: Any) -> Any:
    match value:
        case str():
            text = _UNSTORABLE.sub("\ufffd", value)
            text = _ID_NUMBER.sub(r"\1***********\2", text)
            text = _PHONE.sub(r"\1****\2", text)
            text = _KEY.sub("gg_***", text)
            return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"
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
