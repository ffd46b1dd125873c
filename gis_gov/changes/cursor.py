"""How far somebody has read: a snapshot of a database, as a text that a client can bring back."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

# An id of a transaction has 64 bits; more than this many at once no server of ours has under way.
_DIGITS = 19
_UNDER_WAY_MAX = 1000
_SHAPE = re.compile(
    rf"([0-9a-f]{{12}})-([0-9]{{1,{_DIGITS}}}):([0-9]{{1,{_DIGITS}}}):"
    rf"((?:[0-9]{{1,{_DIGITS}}},){{0,{_UNDER_WAY_MAX}}}[0-9]{{1,{_DIGITS}}})?"
)
_XACT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """A database, and the snapshot (PostgreSQL's pg_snapshot as text) up to which it was read."""

    database: str
    snapshot: str

    def __str__(self) -> str:
        return f"{self.database}-{self.snapshot}"

    @property
    def oldest(self) -> int:
        """Return the oldest transaction that was not over, as the snapshot was taken."""
        return int(self.snapshot.partition(":")[0])

    @property
    def end(self) -> int:
        """Return the first transaction that was not begun."""
        return int(self.snapshot.split(":")[1])

    @property
    def under_way(self) -> frozenset[int]:
        """Return the transactions before `end` that were not over."""
        return frozenset(int(each) for each in self.snapshot.split(":")[2].split(",") if each)

    def holds(self, other: Self) -> bool:
        """Say whether all that was committed at another cursor of the database was so at this.

        Of two cursors one holds the other, as one was taken first.
        """
        theirs = other.under_way
        return self.end >= other.end and all(
            each >= other.end or each in theirs for each in self.under_way
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a cursor, whoever wrote it.

        Raises:
            ValueError: it can be none of ours.

        """
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise ValueError("is no cursor")
        database, first, last, listed = found.groups()
        oldest, end = int(first), int(last)
        under_way = [int(each) for each in listed.split(",")] if listed else []
        rising = [oldest, *under_way, end]
        if not 0 < oldest <= end <= _XACT_MAX or rising != sorted(rising) or end in under_way:
            raise ValueError("is no cursor")
        return cls(database, f"{oldest}:{end}:{','.join(map(str, under_way))}")


def database_mark(system: str, database: str) -> str:
    """Return what tells one database from any other, a restored one from that of before."""
    return blake2b(f"{system}/{database}".encode(), digest_size=6).hexdigest()
