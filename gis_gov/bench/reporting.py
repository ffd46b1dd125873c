"""How long a report of a day takes over many positions, beside bare SQL for the same figures."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
import psycopg

from gis_gov.bench.http import Broken, Connection
from gis_gov.bench.measure import Speed
from gis_gov.days import end_of, start_of
from gis_gov.db.run import sql_file

SUMS: Final = ("worker", "grid", "community", "street")
BARE: Final = ("worker", "grid")
FIXES: Final = "fixes"
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Report:
    """How long a report took over HTTP, and bare SQL; None where there is no such statement."""

    name: str
    rows: int
    asked: Speed | None
    bare: Speed | None

    @property
    def ratio(self) -> float | None:
        """Return how many times as long as the bare SQL it took."""
        if self.asked is None or self.bare is None:
            return None
        return self.asked.percentile_ms(0.5) / self.bare.percentile_ms(0.5)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "report": self.name,
            "rows": self.rows,
            **_percentiles("", self.asked),
            **_percentiles("sql_", self.bare),
            "ratio": None if self.ratio is None else round(self.ratio, 2),
        }


def _percentiles(prefix: str, speed: Speed | None) -> dict[str, float | None]:
    return {
        f"{prefix}p{n}_ms": None if speed is None else round(speed.percentile_ms(n / 100), 1)
        for n in (50, 95, 99)
    }


async def measure_reports(
    url: str, port: int, key: str, day: date, times: int, progress: Progress
) -> list[Report]:
    """Ask for each report of a day so many times, in turns with the bare SQL for it.

    Raises:
        Broken: a report is refused.

    """
    wire = await Connection.open(port)
    made: list[Report] = []
    try:
        with psycopg.connect(url, autocommit=True) as conn:
            for name in SUMS:
                progress(f"one day by {name}", None)
                made.append(await _measured(wire, key, conn, name, day, times))
            for name, path in _others(conn, day).items():
                progress(name, None)
                made.append(await _asked(wire, key, name, path, times))
            progress("one day of fixes", None)
            made.append(Report(FIXES, *_of_fixes(conn, day)))
    finally:
        await wire.close()
    return made


async def _measured(
    wire: Connection,
    key: str,
    conn: psycopg.Connection[Any],
    name: str,
    day: date,
    times: int,
) -> Report:
    path = f"/patrols/statistics?by={name}&period=day&datetime={day}"
    asked, bare, rows = Speed(), Speed(), 0
    for _ in range(times):
        body = await _told(wire, key, path, asked)
        rows = body.count(b'"own_grid_share"')
        if name in BARE:
            took_ms, found = _timed(conn, f"report_{name}", day)
            bare.times_ms.append(took_ms)
            if len(found) != rows:
                raise Broken(f"GET {path}: {rows} rows, and {len(found)} of bare SQL")
    return Report(name, rows, asked, bare if name in BARE else None)


def _others(conn: psycopg.Connection[Any], day: date) -> dict[str, str]:
    """Return what else is asked of a day or of the month up to it, by its name."""
    row = conn.execute("select code from area where parent_id is null order by id").fetchone()
    if row is None:
        raise Broken("there is no area")
    return {
        "ranking": f"/patrols/ranking?by=worker&datetime={day}",
        "trend": f"/patrols/trend?datetime={day}",
        "coverage": f"/coverage?within={row[0]}&month={day:%Y-%m}",
    }


async def _asked(wire: Connection, key: str, name: str, path: str, times: int) -> Report:
    asked, body = Speed(), b""
    for _ in range(times):
        body = await _told(wire, key, path, asked)
    told = orjson.loads(body)
    return Report(name, len(told.get("grids", told.get("rows", ()))), asked, None)


async def _told(wire: Connection, key: str, path: str, asked: Speed) -> bytes:
    begun = time.perf_counter()
    status, _, body = await wire.get(path, f"authorization: Bearer {key}\r\n")
    asked.times_ms.append((time.perf_counter() - begun) * 1000)
    if status != 200:
        raise Broken(f"GET {path}: {status} {body[:200]!r}")
    return body


def _of_fixes(conn: psycopg.Connection[Any], day: date) -> tuple[int, None, Speed]:
    took_ms, found = _timed(conn, "report_fixes", day)
    return len(found), None, Speed(times_ms=[took_ms])


def _timed(
    conn: psycopg.Connection[Any], name: str, day: date
) -> tuple[float, Sequence[tuple[Any, ...]]]:
    begun = time.perf_counter()
    asked = {"since": start_of(day), "until": end_of(day)}
    found = conn.execute(sql_file(__package__ or "", name), asked).fetchall()
    return (time.perf_counter() - begun) * 1000, found
