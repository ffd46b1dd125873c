"""What tests of the audit share: entries, an intruder who rules the database, an outsider's sum."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from gis_gov.access.anchor import Anchors, advance_sync
from gis_gov.access.entry import Entry, write_sync
from gis_gov.access.keyring import load_sealer
from gis_gov.auditing.verify import AuditBroken, verify
from gis_gov.settings import Settings

HASHED = (
    "number",
    "at",
    "actor",
    "client",
    "action",
    "object_kind",
    "object_code",
    "result",
    "reason",
    "detail",
    "previous_hash",
)


def anchors_in(folder: Path) -> Anchors:
    """Anchors of one test's own."""
    return Anchors(folder / "audit.anchor", load_sealer(Settings()))


def fill(url: str, count: int, anchors: Anchors | None = None) -> None:
    """Write entries, each in a transaction of its own, and anchor the last."""
    with psycopg.connect(url, autocommit=True) as connection:
        for n in range(count):
            entry = Entry("person.read", "ok", "person", f"p-{n}", "查访", {"n": n})
            write_sync(connection, entry, "account:王")
        if anchors:
            advance_sync(connection, anchors)


@contextmanager
def intruder(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection, on which no trigger fires."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


def broken_at(url: str, anchors: Anchors) -> int | None:
    """The number that the verification names; None for a whole audit."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            verify(connection, anchors)
    except AuditBroken as broken:
        told = broken
    else:
        return None
    assert "\n" not in str(told)
    assert str(told.number) in str(told)
    return told.number


def outsiders_hash(entry: Mapping[str, Any]) -> str:
    """The hash of an exported entry, computed from what docs/operations.md says."""
    moment = datetime.fromisoformat(entry["at"])
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    told = b""
    for name in HASHED:
        value = microseconds if name == "at" else entry[name]
        if value is None:
            told += b"-\n"
        else:
            text = str(value).encode()
            told += str(len(text)).encode() + b":" + text + b"\n"
    return sha256(told).hexdigest()
