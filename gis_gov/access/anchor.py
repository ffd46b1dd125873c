"""Anchors: the newest entry of an audit, noted outside of the database that holds it.

Whoever rules the database could cut the end of the audit off, or compute the whole chain anew. The
anchor stands in a file of the server, under a key that the database never sees.
"""

import asyncio
import hmac
import json
import os
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection, Connection

from gis_gov.access.sealing import Sealer
from gis_gov.db.cluster_lock import try_lock
from gis_gov.settings import Settings

FILE: Final = "audit.anchor"
"""The file of the anchors in a home."""

_CONTEXT: Final = "audit.anchor"
_LOCK_S: Final = 10
_FIRST_ENTRIES: Final = 100
"""Up to here a chain without an anchor is taken for a new one; past it, somebody has to say so."""
_CHAIN: Final[LiteralString] = "select chain from audit_head"
_HEAD: Final[LiteralString] = "select number, hash, at from audit order by number desc limit 1"
_HASH: Final[LiteralString] = "select hash from audit where number = %s"


class AnchorError(Exception):
    """The anchor can't be read or written, or tells of other entries: one line says which."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a chain at some time."""

    number: int
    hash: bytes
    at: datetime

    def told(self, chain: UUID) -> str:
        """Return what the seal of an anchor is made of."""
        return f"{chain} {self.number} {self.hash.hex()} {self.at.isoformat()}"


class Anchors:
    """The anchors of a home, one for each database that was served from it."""

    def __init__(self, file: Path, sealer: Sealer) -> None:
        self.file = file
        self._sealer = sealer

    def read(self, chain: UUID) -> Head | None:
        """Return the anchor of a chain, None where there is none.

        Raises:
            AnchorError: the file can't be read, or was not written under our key.

        """
        told = self._told().get(str(chain))
        if told is None:
            return None
        try:
            head = Head(
                int(told["number"]),
                bytes.fromhex(told["hash"]),
                datetime.fromisoformat(told["at"]),
            )
            seal = bytes.fromhex(told["seal"])
        except (KeyError, TypeError, ValueError):
            raise AnchorError(f"{self.file} is no file of anchors") from None
        made = self._sealer.digests(head.told(chain), _CONTEXT)
        if not any(hmac.compare_digest(seal, each) for each in made):
            raise AnchorError(f"the anchor in {self.file} was not written with the server's key")
        return head

    def others(self, chain: UUID | None) -> Mapping[str, int | None]:
        """Return the other chains of the file, and up to which entry each was anchored.

        Raises:
            AnchorError: the file can't be read.

        """
        return {
            name: told.get("number") if isinstance(told, dict) else None
            for name, told in self._told().items()
            if name != str(chain)
        }

    def write(self, chain: UUID, head: Head, *, back: bool = False) -> None:
        """Note the newest entry; an older one than is noted only where it goes `back` on purpose.

        Raises:
            AnchorError: the file can't be written, or is not ours.

        """
        try:
            with self._locked():
                kept = None if back else self.read(chain)
                if kept is None or head.number > kept.number:
                    self._put(chain, head)
        except OSError as error:
            raise AnchorError(f"{self.file}: {error.strerror}; the anchor is as before") from None

    @contextmanager
    def _locked(self) -> Generator[None]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.with_name(f"{self.file.name}.lock").open("ab") as lock:
            if not try_lock(lock.fileno(), _LOCK_S):
                raise AnchorError(f"{self.file} is held by another process")
            yield

    def _put(self, chain: UUID, head: Head) -> None:
        told = self._told() | {
            str(chain): {
                "number": head.number,
                "hash": head.hash.hex(),
                "at": head.at.isoformat(),
                "seal": self._sealer.digest(head.told(chain), _CONTEXT).hex(),
            }
        }
        handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=f".{self.file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as output:
                json.dump(told, output, indent=1)
                output.write("\n")
                output.flush()
                os.fsync(output.fileno())
            Path(name).replace(self.file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _told(self) -> dict[str, Any]:
        try:
            told = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise AnchorError(f"{self.file}: {error.strerror}") from None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise AnchorError(f"{self.file} is no file of anchors")
        return told


def anchors_of(settings: Settings, sealer: Sealer) -> Anchors:
    """Return the anchors that the settings name."""
    return Anchors(settings.audit_anchor_file or settings.home / FILE, sealer)


def check_continues(kept: Head, found: tuple[bytes] | None) -> None:
    """Refuse to go on from an anchor whose entry is `found` to be another one, or not to be there.

    Raises:
        AnchorError: so that a cut that is found later is not covered up by what came after it.

    """
    if found is None or bytes(found[0]) != kept.hash:
        raise AnchorError(
            f"the audit does not go on from its anchor, entry {kept.number};"
            " gis-gov audit verify tells more"
        )


def check_is_new(anchors: Anchors, chain: UUID | None, newest: Head) -> None:
    """Refuse to anchor a chain that has no anchor, unless it has just begun.

    Whoever rules the database can give the chain another name: with its anchor out of play, its end
    could be cut off.

    Raises:
        AnchorError: so that a person looks into it.

    """
    if chain is None or newest.number > _FIRST_ENTRIES:
        raise AnchorError(
            f"the audit, at entry {newest.number} already, has no anchor in {anchors.file}; where"
            " that is as it should be (a database from elsewhere), run gis-gov audit anchor"
        )


async def advance(
    conn: AsyncConnection[Any], anchors: Anchors, *, seen_empty: bool = False
) -> bool:
    """Note the newest entry, once the last one noted is seen to be there still.

    Returns whether there was none; who has `seen_empty` since has seen the chain begin.

    Raises:
        AnchorError: it is not, or none is where one should be, or the file can't be written.

    """
    row = await (await conn.execute(_CHAIN)).fetchone()
    found = await (await conn.execute(_HEAD)).fetchone()
    if row is None or found is None:
        return True
    newest = Head(*found)
    kept = await asyncio.to_thread(anchors.read, row[0])
    if kept is not None:
        check_continues(kept, await (await conn.execute(_HASH, [kept.number])).fetchone())
    elif not seen_empty:
        check_is_new(anchors, row[0], newest)
    await asyncio.to_thread(anchors.write, row[0], newest)
    return False


def advance_sync(conn: Connection[Any], anchors: Anchors, *, back: bool = False) -> Head | None:
    """Note the newest entry as `advance`, or going `back`; return what was noted before.

    Raises:
        AnchorError: the last one noted is not there, none is, or the file can't be written.

    """
    row = conn.execute(_CHAIN).fetchone()
    found = conn.execute(_HEAD).fetchone()
    if row is None or found is None:
        return None
    newest = Head(*found)
    kept = anchors.read(row[0])
    if not back:
        if kept is None:
            check_is_new(anchors, row[0], newest)
        else:
            check_continues(kept, conn.execute(_HASH, [kept.number]).fetchone())
    anchors.write(row[0], newest, back=back)
    return kept
