"""Fixes of workers around fences, written as any writer does, and what is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from gis_gov.days import LOCAL

MORNING = datetime.now(LOCAL).replace(hour=8, minute=50, second=0, microsecond=0) - timedelta(
    days=1
)
"""Ten minutes before an hour is over."""
LAT = 22.05
METRE_DEG = 1 / 103_000
"""A metre to the east, about."""

PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m, rejected_for)
    values (%s, %s, %s, st_point(%s, %s, 4490), %s, %s)
"""
TOLD = """
    select w.code, f.code, c.kind, c.at, c.until, c.known_at, st_x(c.geom), st_y(c.geom), c.area_id
    from crossing as c
    inner join worker as w on c.worker_id = w.id
    inner join fence as f on c.fence_id = f.id
    where c.withdrawn_at is null and c.is_told
    order by c.worker_id, c.at, c.fence_id, c.kind, c.until
"""


@dataclass(frozen=True)
class Walked:
    """A fix: who, how many seconds after MORNING, and how many metres east of 113.15."""

    worker: int
    after_s: float
    east_m: float
    accuracy_m: float | None = 5.0
    rejected_for: str | None = None

    @property
    def row(self) -> tuple[Any, ...]:
        return (
            f"d{self.worker}",
            MORNING + timedelta(seconds=self.after_s),
            self.worker,
            113.15 + self.east_m * METRE_DEG,
            LAT,
            self.accuracy_m,
            self.rejected_for,
        )


def put(url: str, fixes: Sequence[Walked]) -> None:
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.executemany(PUT, [each.row for each in fixes])


def told(url: str) -> list[tuple[Any, ...]]:
    """What is told, whichever way it came to be."""
    with psycopg.connect(url) as conn:
        return conn.execute(TOLD).fetchall()


def short(url: str) -> list[tuple[Any, ...]]:
    """What is told: worker, fence, kind, seconds after MORNING."""
    return [
        (worker, fence, kind, round((at - MORNING).total_seconds()))
        for worker, fence, kind, at, *_ in told(url)
    ]


def add_fence(url: str, code: str, west_m: float, east_m: float, **columns: Any) -> None:
    """Draw a fence so far to the east of 113.15, 200 m high, valid since five days ago."""
    values = {
        "code": code,
        "name": code,
        "tells": ["enter", "exit", "cross"],
        "valid_from": datetime.now(UTC) - timedelta(days=5),
        **columns,
    }
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    values |= {"west": 113.15 + west_m * METRE_DEG, "east": 113.15 + east_m * METRE_DEG}
    with psycopg.connect(url) as conn:
        conn.execute(
            f"insert into fence ({names}, geom) values ({marks},"  # noqa: S608 - our own names
            " st_makeenvelope(%(west)s, 22.049, %(east)s, 22.051, 4490))",  # type: ignore[arg-type]
            values,
        )
