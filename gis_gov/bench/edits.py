"""Writes that go on while questions are measured; in the end everything is as it was.

Edits move an address, an event and a person's home to and fro, and rename a resource, each in a
transaction of its own: what is counted, kept and drawn follows each of them. A load takes copies of
addresses in by the loader, as anyone's file, and deletes them again.
"""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from typing import Any, Final, LiteralString

import orjson
import psycopg

from gis_gov.db.cells import fill_missing_cells
from gis_gov.db.run import sql_file

EDITS_PER_S: Final = 20
EDITED: Final = 200
"""How many of each kind are edited in turns."""
LOAD_ROWS: Final = 5_000
LOAD_PAUSE_S: Final = 1.0
PREFIX: Final = "gis-gov-bench-"
NOTES: Final = "edits.json"
"""What is edited is noted in a file: whoever measures next mends what a killed one left."""
_TRIES: Final = 5
_EDITS: Final[dict[str, LiteralString]] = {
    kind: sql_file(__package__, f"edit_{kind}")
    for kind in ("address", "event", "person", "resource")
}


class WritesFailed(Exception):
    """What was to be written meanwhile was not; the message says what and why."""


@dataclass(slots=True)
class Written:
    """How much was written so far."""

    edits: int = 0
    loads: int = 0
    loaded_rows: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the figures as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Edit:
    """What of a thing is edited: what it was, and what it becomes for a moment."""

    kind: str
    id: int
    was: str
    becomes: str


@contextmanager
def writing(url: str, home: Path) -> Generator[Written]:
    """Write until the block is left, and then see that all is as it was.

    Raises:
        WritesFailed: an edit or a load failed, so that nothing was measured beside it.

    """
    folder = home / "bench"
    stop, written, faults = Event(), Written(), list[str]()
    with psycopg.connect(url, autocommit=True) as conn:
        _mend(conn, folder / NOTES)
        edits = [
            Edit(*row) for row in conn.execute(sql_file(__package__, "edits"), {"number": EDITED})
        ]
        _note(folder / NOTES, edits)

    def noting(write: Callable[[], None]) -> None:
        try:
            write()
        except (psycopg.Error, WritesFailed, OSError) as error:
            faults.append(str(error))

    writers = (
        lambda: _edit(url, edits, stop, written),
        lambda: _load(url, home, stop, written),
    )
    threads = [Thread(target=noting, args=(each,)) for each in writers]
    with ended_by_a_signal():
        try:
            for thread in threads:
                thread.start()
            yield written
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            with psycopg.connect(url, autocommit=True) as conn:
                _mend(conn, folder / NOTES)
            # A server does that, too, but it may be stopped before.
            asyncio.run(_fill_cells(url))
    if faults:
        raise WritesFailed(f"while it was measured: {faults[0]}")


def _edit(url: str, edits: Iterable[Edit], stop: Event, written: Written) -> None:
    """Edit one thing after the other, and each back."""
    with psycopg.connect(url, autocommit=True, application_name="gis_gov bench") as conn:
        due = time.monotonic()
        for edit in itertools.cycle(_by_turns(edits)):
            if stop.is_set():
                return
            for old, new in ((edit.was, edit.becomes), (edit.becomes, edit.was)):
                stop.wait(max(0.0, due - time.monotonic()))
                _apply(conn, edit, old, new)
                written.edits += 1
                due = max(due + 1 / EDITS_PER_S, time.monotonic() - 1)


def _by_turns(edits: Iterable[Edit]) -> list[Edit]:
    """Order edits so that the kinds take turns."""
    by_kind = [[each for each in edits if each.kind == kind] for kind in _EDITS]
    turns = itertools.zip_longest(*by_kind)
    return [edit for turn in turns for edit in turn if edit is not None]


def _apply(conn: psycopg.Connection[Any], edit: Edit, old: str, new: str) -> None:
    """Write one edit; who meets a load in a circle of locks begins again."""
    for attempt in range(_TRIES):
        try:
            conn.execute(_EDITS[edit.kind], {"id": edit.id, "old": old, "new": new})
        except psycopg.errors.DeadlockDetected:
            if attempt == _TRIES - 1:
                raise
        else:
            return


def _load(url: str, home: Path, stop: Event, written: Written) -> None:
    """Load copies of addresses, and delete them, over and over."""
    file = home / "bench" / "edits-load.csv"
    try:
        with psycopg.connect(url, autocommit=True, application_name="gis_gov bench") as conn:
            asked = {"prefix": PREFIX, "rows": LOAD_ROWS}
            with (
                file.open("wb") as out,
                psycopg.ClientCursor(conn) as cursor,
                cursor.copy(sql_file(__package__, "load_rows"), asked) as rows,
            ):
                for row in rows:
                    out.write(row)
            while not stop.wait(LOAD_PAUSE_S):
                written.loaded_rows += _load_once(url, home, file)
                written.loads += 1
                _delete_loaded(conn)
    finally:
        file.unlink(missing_ok=True)


def _load_once(url: str, home: Path, file: Path) -> int:
    """Run the loader, whoever interrupts this process, and return how much it took in."""
    done = subprocess.run(
        [sys.executable, "-m", "gis_gov", "load", "addresses", file, "--crs", "cgcs2000", "--json"],
        env={**os.environ, "GIS_GOV_DATABASE_URL": url, "GIS_GOV_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise WritesFailed(f"a load failed: {lines[-1] if lines else done.returncode}")
    inserted: int = orjson.loads(done.stdout)["inserted"]
    if not inserted:
        raise WritesFailed("a load took nothing in")
    return inserted


def _delete_loaded(conn: psycopg.Connection[Any]) -> None:
    conn.execute("delete from address where code like %s", [f"{PREFIX}%"])


def _note(notes: Path, edits: Iterable[Edit]) -> None:
    notes.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(orjson.dumps([asdict(each) for each in edits]))
        file.flush()
        os.fsync(file.fileno())


def _mend(conn: psycopg.Connection[Any], notes: Path) -> None:
    """Undo what is left of noted edits, and of loads; what others wrote since stays."""
    if notes.exists():
        for edit in (Edit(**each) for each in orjson.loads(notes.read_bytes())):
            _apply(conn, edit, edit.becomes, edit.was)
        notes.unlink()
    _delete_loaded(conn)


async def _fill_cells(url: str) -> None:
    """Give all that was moved to where it had been its cell there."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        for table in ("address", "event"):
            await fill_missing_cells(conn, table)


@contextmanager
def ended_by_a_signal() -> Generator[None]:
    """Let who is told to end do so as who is interrupted: not before all is undone."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
