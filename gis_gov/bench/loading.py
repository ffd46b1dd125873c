"""Measure `gis-gov load` as a user runs it: seconds, and the most memory it took."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
import orjson
import psycopg

from gis_gov.bench.load_data import write_addresses, write_mesh, write_persons
from gis_gov.bench.scratch import KEYS, scratch_database
from gis_gov.db.migrate import migrate

SEED = 20250101
_UNPLACED = "select count(*) from address where grid_id is null or cell is null"
_INDEXES = """
    select count(*) from pg_index as i inner join pg_class as c on c.oid = i.indrelid
    where c.relname = %s and i.indisvalid and i.indisready
"""


class LoadFailed(Exception):
    """The loader did not load what it should have; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load took: the process from start to end, and its peak resident memory."""

    kind: str
    rows: int
    file_mb: float
    seconds: float
    peak_mb: float
    indexes: int

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


def measure_loading(
    url: str,
    folder: Path,
    addresses: int,
    persons: int,
    progress: Callable[[str, float | None], None],
) -> list[Loaded]:
    """Load addresses from GCJ-02, and persons who live there, into a database made for it.

    `folder` holds the files meanwhile; they and the database are gone afterwards.

    Raises:
        LoadFailed: rows are missing, or have no grid or cell.

    """
    random = np.random.default_rng(SEED)
    files = {kind: folder / f"{kind}.csv" for kind in ("addresses", "persons")}
    try:
        progress("writing the files", None)
        write_addresses(files["addresses"], addresses, random)
        write_persons(files["persons"], persons, addresses, random)
        with scratch_database(url) as own:
            migrate(own)
            with psycopg.connect(own) as connection:
                write_mesh(connection)
            progress(f"loading {addresses:,} addresses", None)
            found = [_load(own, "addresses", "address", files, "--crs", "gcj02")]
            _check_places(own)
            progress(f"loading {persons:,} persons", None)
            found.append(_load(own, "persons", "person", files))
    finally:
        for file in files.values():
            file.unlink(missing_ok=True)
    for loaded, wanted in zip(found, (addresses, persons), strict=True):
        if loaded.rows != wanted:
            raise LoadFailed(f"of {wanted} {loaded.kind} {loaded.rows} were inserted")
    return found


def _load(url: str, kind: str, table: str, files: dict[str, Path], *options: str) -> Loaded:
    file = files[kind]
    size_mb = file.stat().st_size / 2**20
    command = [sys.executable, "-m", "gis_gov", "load", kind, str(file), "--json", *options]
    with TemporaryFile() as told, TemporaryFile() as complaint:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            env={**os.environ, "GIS_GOV_DATABASE_URL": url, "GIS_GOV_SECRETS": KEYS},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=complaint,
        )
        # Unlike the sum over all children, this is the memory of this one.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        answer, lines = (_text(output) for output in (told, complaint))
    if process.returncode:
        raise LoadFailed(lines.strip().splitlines()[-1] if lines.strip() else f"load {kind} failed")
    with psycopg.connect(url) as connection:
        row = connection.execute(_INDEXES, [table]).fetchone()
    return Loaded(
        kind=kind,
        rows=orjson.loads(answer)["inserted"],
        file_mb=round(size_mb, 1),
        seconds=round(seconds, 2),
        peak_mb=round(usage.ru_maxrss / 1024, 0),
        indexes=row[0] if row else 0,
    )


def _text(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")


def _check_places(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(_UNPLACED).fetchone()
    if row != (0,):
        raise LoadFailed(f"{row[0] if row else 'some'} addresses have no grid or no cell")
