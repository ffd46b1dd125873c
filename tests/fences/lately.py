"""What workers did some hours ago, and which alarms there are of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg

from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from tests.fences.walks import MORNING, PUT, Walked

BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
ALARMS: LiteralString = """
    select a.kind, a.worker_id, a.since, case when a.closed_at is not null then a.last_at end
    from alarm as a where a.withdrawn_at is null order by 1, 2, 3, a.id
"""
VERSIONS: LiteralString = "select id, xmin::text from alarm order by id"
PLACES: LiteralString = "select kind, st_x(geom), area_id from alarm where withdrawn_at is null"
WITHDRAWN: LiteralString = "select kind from alarm where withdrawn_at is not null"
Told = tuple[str, int, float, float | None]


def walk(url: str, *steps: tuple[int, float, float]) -> None:
    """Let workers be so many minutes after BEGUN so many metres to the east."""
    rows = [Walked(worker, minutes * 60, east_m).row for worker, minutes, east_m in steps]
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.executemany(PUT, [(row[0], row[1] - MORNING + BEGUN, *row[2:]) for row in rows])


async def looked(url: str, pool: Pool, keeper: AlarmKeeper) -> list[Told]:
    """Look; of each alarm: kind, worker, since when, until when (minutes after BEGUN).

    A second look, at which nothing else is known, writes nothing.
    """
    await CrossingKeeper(pool, KnownFences()).keep()
    await keeper.keep()
    with psycopg.connect(url) as conn:
        written = conn.execute(VERSIONS).fetchall()
    await keeper.keep()
    with psycopg.connect(url) as conn:
        assert conn.execute(VERSIONS).fetchall() == written
        rows = conn.execute(ALARMS).fetchall()
    return [(kind, worker, *map(_minutes, times)) for kind, worker, *times in rows]  # type: ignore[misc]


def withdrawn(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [kind for (kind,) in conn.execute(WITHDRAWN)]


def shift(url: str, worker: int, begins_min: float, ends_min: float) -> None:
    """Let a worker be on shift between so many minutes after BEGUN, and at no other time."""
    begins, ends = (
        (BEGUN + timedelta(hours=8, minutes=at)).strftime("%H:%M:%S")
        for at in (begins_min, ends_min)
    )
    with psycopg.connect(url) as conn:
        day = (BEGUN + timedelta(hours=8, minutes=begins_min)).date()
        conn.execute(
            "insert into shift (worker_id, kind, day, begins, ends)"
            " values (%s, 'duty', %s, %s, %s)",
            [worker, day, begins, ends],
        )
        begun_day = (BEGUN + timedelta(hours=8)).date()
        if begun_day < day:  # of which nothing else is told, and it was over at midnight
            conn.execute(
                "insert into shift (worker_id, kind, day, begins, ends)"
                " values (%s, 'leave', %s, '00:00', '00:00')",
                [worker, begun_day],
            )


def _minutes(moment: Any) -> float | None:
    return None if moment is None else round((moment - BEGUN) / timedelta(minutes=1), 2)
