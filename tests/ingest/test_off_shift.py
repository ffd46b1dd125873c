"""Files of positions have no more of who was off shift than what phones tell."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.ingest.conftest import Loader, rows

Write = Callable[..., Path]
SHIFTS = """
    insert into worker (code, name) values ('W1', 'a'), ('W2', 'b');
    insert into shift (worker_id, kind, weekdays, begins, ends, valid_from)
    select id, 'duty', '{1}', '22:00', '06:00', '2026-01-05' from worker where code = 'W1'
"""
FILE = """worker_code,device,time,lon,lat
W1,d1,2026-01-05T21:59:59+08:00,113.1,22.1
W1,d1,2026-01-05T22:00:00+08:00,113.1,22.1
W1,d1,2026-01-06T05:59:59+08:00,113.1,22.1
W1,d1,2026-01-06T06:00:00+08:00,113.1,22.1
W2,d2,2026-01-05T21:59:59+08:00,113.1,22.1
,d3,2026-01-05T21:59:59+08:00,113.1,22.1
"""


@pytest.mark.usefixtures("district")
def test_rows_off_shift_are_refused(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    connection.execute(SHIFTS)
    for _ in range(2):
        report = load_file("positions", write("p.csv", FILE), crs="wgs84")
        assert report.reasons == {"off_shift": 2}
    stored = rows(connection, "select device, count(*) from position group by 1 order by 1")
    assert stored == [("d1", 2), ("d2", 1), ("d3", 1)]
