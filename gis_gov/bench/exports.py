"""Take a whole collection out in each format, and see how much memory the server takes for it."""

import http.client
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow.parquet as pq
import pyogrio

from gis_gov.bench.servers import ServerFailed
from gis_gov.bench.wanted import AT_LEAST, AT_MOST, Wanted
from gis_gov.db.run import sql_file
from gis_gov.formats.known import FORMATS

COLLECTION: Final = "addresses"
SQL: Final = "copy, bare SQL"
ROLES: Final = ("analyst", "system_administrator")
"""What the key needs besides: to take tables out, and to read the server's metrics."""
ROWS: Final = 1_000_000
GROWTH_MB: Final = 150
"""What the server may take more for a file: 150 bytes a row of a million. GDAL's index of places
takes some 50 of them; rows that are kept as objects take a thousand and more."""
_PIECE_BYTES: Final = 2**20
_LOOK_EVERY_S: Final = 0.1
_MEMORY: Final = b"process_resident_memory_bytes "


@dataclass(frozen=True, slots=True)
class Exported:
    """One file: from the question to its last byte, and the server's memory before and at most."""

    way: str
    rows: int
    seconds: float
    first_s: float
    file_mb: float
    memory_mb: float | None = None
    peak_mb: float | None = None

    @property
    def growth_mb(self) -> float | None:
        """Return how much more memory the server took at most than before."""
        if self.memory_mb is None or self.peak_mb is None:
            return None
        return self.peak_mb - self.memory_mb

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


def exports_wanted(exports: Sequence[Exported]) -> list[Wanted]:
    """Tell whether so many rows were taken out in flat memory, in each format."""
    served = [each for each in exports if each.way != SQL]
    return [
        Wanted("rows of each file", AT_LEAST, ROWS, min((each.rows for each in served), default=0)),
        *(
            Wanted(f"memory that {each.way} takes more", AT_MOST, GROWTH_MB, each.growth_mb, " MB")
            for each in served
        ),
    ]


def measure_exports(
    url: str, port: int, key: str, folder: Path, progress: Callable[[str, float | None], None]
) -> list[Exported]:
    """Export all addresses in each format over HTTP, after `copy` of the same rows as text.

    `folder` holds the files meanwhile.

    Raises:
        ServerFailed: the server answers otherwise, or leaves rows out.

    """
    with psycopg.connect(url, autocommit=True) as connection:
        progress(SQL, 0.0)
        made = [_copied(connection)]
    for number, name in enumerate(FORMATS, start=1):
        progress(name, number / (len(FORMATS) + 1))
        file = folder / f"exported.{FORMATS[name].suffix}"
        try:
            made.append(_exported(port, key, name, file))
        finally:
            file.unlink(missing_ok=True)
        if made[-1].rows != made[0].rows:
            raise ServerFailed(f"{name}: {made[-1].rows:,} of {made[0].rows:,} rows came")
    return made


def _copied(connection: psycopg.Connection[Any]) -> Exported:
    started = time.perf_counter()
    first_s, size, rows = 0.0, 0, 0
    query = sql_file(__package__, "export")
    with connection.cursor().copy(query) as copy:
        for piece in copy:
            first_s = first_s or time.perf_counter() - started
            size += len(piece)
            rows += 1
    return Exported(SQL, rows, time.perf_counter() - started, first_s, size / 2**20)


def _exported(port: int, key: str, name: str, file: Path) -> Exported:
    with _watched(port, key) as memory_mb, file.open("wb") as kept:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        try:
            path = f"/collections/{COLLECTION}/items?f={name}"
            answer = _ask(connection, path, key)
            size, first_s = 0, 0.0
            while piece := answer.read(_PIECE_BYTES):
                first_s = first_s or time.perf_counter() - started
                size += kept.write(piece)
        finally:
            connection.close()
        seconds = time.perf_counter() - started
    before_mb, peak_mb = memory_mb[0], max(memory_mb)
    return Exported(name, _rows_in(file), seconds, first_s, size / 2**20, before_mb, peak_mb)


def _rows_in(file: Path) -> int:
    if file.suffix == ".parquet":
        rows: int = pq.read_metadata(file).num_rows
        return rows
    return int(pyogrio.read_info(file, force_feature_count=True)["features"])


@contextmanager
def _watched(port: int, key: str) -> Generator[list[float]]:
    """Look at the server's memory again and again; yields a list of MB, the first before."""
    found = [_memory_mb(port, key)]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_EVERY_S):
            found.append(_memory_mb(port, key))

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            yield found
        finally:
            ended.set()
        looking.result()


def _memory_mb(port: int, key: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        metrics = _ask(connection, "/metrics", key).read()
    finally:
        connection.close()
    told = [each for each in metrics.splitlines() if each.startswith(_MEMORY)]
    if not told:
        raise ServerFailed("the server's metrics do not tell its memory on this system")
    return float(told[0].removeprefix(_MEMORY)) / 2**20


def _ask(connection: http.client.HTTPConnection, path: str, key: str) -> http.client.HTTPResponse:
    connection.request("GET", path, headers={"authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise ServerFailed(f"GET {path}: status {answer.status}: {answer.read(200)!r}")
    return answer
