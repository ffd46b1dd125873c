"""Writes that go on while questions are measured, and leave all values as they were.

Edits write a camera, an event and an address again as they are: for triggers, tiles and everybody
who listens that is a write. A load copies addresses into the table and is rolled back.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import psycopg

from gis_gov.db.run import sql_file

EDITS_PER_S: Final = 20
LOAD_ROWS: Final = 20_000
LOAD_PAUSE_S: Final = 2.0


@contextmanager
def writing(url: str) -> Generator[None]:
    """Write until the block is left."""
    stop = Event()
    threads = [Thread(target=each, args=(url, stop)) for each in (_edit, _load)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _edit(url: str, stop: Event) -> None:
    edit = sql_file(__package__, "edit")
    with psycopg.connect(url, autocommit=True, application_name="gis_gov bench") as conn:
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            conn.execute(edit)
            due = max(due + 1 / EDITS_PER_S, time.monotonic() - 1)


def _load(url: str, stop: Event) -> None:
    load = sql_file(__package__, "load")
    with psycopg.connect(url, application_name="gis_gov bench") as conn:
        while not stop.wait(LOAD_PAUSE_S):
            conn.execute(load, {"rows": LOAD_ROWS})
            conn.rollback()
