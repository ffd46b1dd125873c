"""Workers who walked through the neighbourhood yesterday, and what is asked of the page then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import sql

from gis_gov.days import LOCAL
from tests.dashboard.people import Seat

YESTERDAY = datetime.now(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(1)
NINE = YESTERDAY + timedelta(hours=9)
STEP_S, STEP_DEG = 10, 0.00008
"""Some 8 m in 10 s, to the east."""
PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m, rejected_for)
    select code, %s, id, st_point(%s, %s, 4490), 6, %s from worker where code = %s
"""


@dataclass(frozen=True)
class Walk:
    """A walk to the east from a place: begun, and as long as told, in seconds after nine."""

    begin_s: int
    end_s: int
    lon: float
    lat: float

    def at(self, after_s: float) -> tuple[float, float]:
        """Return where the walker is, so many seconds after nine."""
        return self.lon + STEP_DEG * (after_s - self.begin_s) / STEP_S, self.lat

    def fixes(self) -> list[tuple[datetime, float, float, str | None]]:
        """Return a fix for each step."""
        steps = range(self.begin_s, self.end_s + 1, STEP_S)
        return [(NINE + timedelta(seconds=at), *self.at(at), None) for at in steps]


@contextmanager
def walked(
    url: str,
    seat: Seat,
    code: str,
    name: str,
    fixes: Sequence[tuple[datetime, float, float, str | None]],
) -> Iterator[None]:
    """Let somebody have walked, and his patrols be told."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("insert into worker (code, name, area_id) values (%s, %s, 3)", [code, name])
        with conn.cursor() as cursor:
            cursor.executemany(PUT, [(*fix, code) for fix in fixes])
        seat.send("GET", f"/patrols?worker={code}")
        yield
        for table in ("position", "last_position", "patrol", "patrol_due"):
            forget = sql.SQL(
                "delete from {} using worker as w where worker_id = w.id and w.code = %s"
            )
            conn.execute(forget.format(sql.Identifier(table)), [code])
        conn.execute("delete from worker where code = %s", [code])
