"""A month of positions in a database of a measurement, and what is kept of their patrols.

Each walker goes the same round every day, has one task a day, and two patrols.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
from psycopg import sql

from gis_gov.days import day_of, end_of, start_of
from gis_gov.db.run import sql_file
from gis_gov.geo.cells import cells_of
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.walked import walked_cells

DAYS: Final = 30
POINT_BYTES: Final = 330
"""What a position takes on the disk with its indexes: 307, measured, and a little more."""
FREE_SHARE: Final = 0.6
"""Of what is free, so much is taken at most: the rest is for sorting, the log, and others."""
# Nothing of it has to outlast a crash.
_TABLE: Final = (
    "create unlogged table bench_day"
    " (like position including defaults including constraints including generated)"
)
ROUND: Final = 1_257
"""Steps in a whole round, nearly: after them each begins anew."""
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in: `points_asked` is more than `points` where the disk is too small."""

    points_asked: int
    points: int
    patrols: int
    days: int
    last: date

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "points_asked": self.points_asked,
            "points": self.points,
            "patrols": self.patrols,
            "days": self.days,
        }


def fill(url: str, home: Path, points: int, progress: Progress) -> Filled:
    """Fill in positions of the last DAYS days, as many as were asked for and have room.

    `home` is on the disk of the database, if that does not tell where it is.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        # Neither triggers nor foreign keys: what they would make of it is filled in, too.
        conn.execute("set session_replication_role = replica")
        conn.execute("set maintenance_work_mem = '1GB'")
        conn.execute("set work_mem = '512MB'")
        conn.execute(sql_file(__package__ or "", "fill_walkers"))
        walkers = _number(conn, "select count(*) from bench_walker")
        # At least as many as were asked for.
        each = max(1, ceil(min(points, _room(conn, home)) / (DAYS * walkers)))
        last = day_of(datetime.now(UTC)) - timedelta(days=1)
        _fill_rounds(conn)
        days = {"first": last - timedelta(days=DAYS - 1), "last": last}
        conn.execute(sql_file(__package__ or "", "fill_rule"), days)
        for number in range(DAYS):
            progress(f"filling in {each * walkers * DAYS:,} positions", number / DAYS)
            day = last - timedelta(days=DAYS - 1 - number)
            _fill_day(conn, day, number, each, walkers)
        progress("looking at what was filled in", None)
        conn.execute(sql_file(__package__ or "", "fill_walked_cells"))
        conn.execute(
            "vacuum (analyze) patrol, patrol_grid, patrol_event, event, patrol_task, walked_day,"
            " walked_cell"
        )
        conn.execute("analyze position")
        patrols = _number(conn, "select count(*) from patrol")
        return Filled(points, each * walkers * DAYS, patrols, DAYS, last)


def _fill_day(
    conn: psycopg.Connection[Any], day: date, number: int, each: int, walkers: int
) -> None:
    """Fill in a day: indexes are made when its rows are there."""
    package = __package__ or ""
    asked = {
        "day": day,
        "each": each,
        "round": ROUND,
        "first_id": number * each * walkers,
        "walkers": walkers,
    }
    name = sql.Identifier(f"position_{day:%Y%m%d}")
    with conn.transaction():
        conn.execute(_TABLE)
        conn.execute(sql_file(package, "fill_day"), asked)
        conn.execute(sql.SQL("alter table bench_day rename to {}").format(name))
        conn.execute(
            sql.SQL("alter table position attach partition {} for values from ({}) to ({})").format(
                name, start_of(day), end_of(day)
            )
        )
        for kept in ("fill_patrols", "fill_grids", "fill_events", "fill_tasks", "fill_walked"):
            conn.execute(sql_file(package, kept), asked)


def _fill_rounds(conn: psycopg.Connection[Any]) -> None:
    """Keep where each walker comes through, and what cells he walked, as the server finds them."""
    conn.execute(
        "create unlogged table bench_place"
        " (number bigint, step int, lon float8, lat float8, cell bigint)"
    )
    conn.execute("create table bench_walked (id bigint, cells bigint[])")
    steps = np.arange(ROUND, dtype=np.float64)
    walked: list[tuple[int, list[int]]] = []
    walkers = conn.execute("select id, number, lon, lat from bench_walker").fetchall()
    with conn.cursor() as cursor, cursor.copy("copy bench_place from stdin") as copy:
        for walker, number, lon, lat in walkers:
            lons = lon + 0.002 * np.sin(steps / 200 + number)
            lats = lat + 0.002 * np.cos(steps / 200)
            columns = (lons.tolist(), lats.tolist(), cells_of(lons, lats).tolist())
            for step, place in enumerate(zip(*columns, strict=True)):
                copy.write_row((number, step, *place))
            fixes = Fixes(steps[::5] * 10, lons[::5], lats[::5], np.full(len(steps[::5]), 8.0))
            walked.append((walker, walked_cells(fixes).tolist()))
    with conn.cursor() as cursor, cursor.copy("copy bench_walked from stdin") as copy:
        for row in walked:
            copy.write_row(row)
    conn.execute("create index on bench_place (number) where step = 0")
    conn.execute("analyze bench_place, bench_walked")


def _room(conn: psycopg.Connection[Any], home: Path) -> int:
    """Return how many positions have room on the disk of the database, if it is of this machine."""
    told = Path(_first(conn, "show data_directory"))
    # The PostGIS of a home knows its folder as a descriptor; one of another machine is not here.
    is_here = told.is_dir() and not told.is_relative_to("/proc") and not told.is_relative_to("/dev")
    free = shutil.disk_usage(told if is_here else home).free
    return int(free * FREE_SHARE / POINT_BYTES)


def _first(conn: psycopg.Connection[Any], query: Any) -> Any:
    row = conn.execute(query).fetchone()
    return row and row[0]


def _number(conn: psycopg.Connection[Any], query: Any) -> int:
    return int(_first(conn, query) or 0)
