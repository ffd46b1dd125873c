"""Lines of tracks as Python makes them of the fixes, apart from the database's own way."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import cos, hypot, radians
from typing import Any

import psycopg

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
WEST, SOUTH = 113.30, 22.94

Fix = tuple[datetime, float, float]
Line = tuple[str, int, tuple[Fix, ...]]

WORLD = """
    insert into area (id, code, name, level, geom) values (1, '440199001001', '社区', 'community',
        st_multi(st_makeenvelope(113.30, 22.94, 113.34, 22.98, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select n, 'g' || n, '格', 1,
        st_multi(st_makeenvelope(113.30 + n * 0.01, 22.94, 113.31 + n * 0.01, 22.98, 4490))
    from generate_series(0, 3) as n;
    insert into worker (id, code, name, area_id) values (1, 'W1', '张', 1), (2, 'W2', '李', 1);
    select position_days(array['2026-03-01']::date[]);
"""
ADD = """
    insert into position (device, time, worker_id, geom)
    select device, time, worker_id, st_point(lon, lat, 4490)
    from unnest(%s::text[], %s::timestamptz[], %s::bigint[], %s::float8[], %s::float8[])
        as f (device, time, worker_id, lon, lat)
    on conflict do nothing
"""
KEEP = "select keep_track_lines(%s)"
_FIXES = """
    select device, worker_id, time, st_x(geom), st_y(geom) from position
    where worker_id is not null and rejected_for is null order by device, worker_id, time
"""
_KEPT = """
    select l.device, l.worker_id, l.begins_at, l.ends_at,
        array_agg(array[st_m(d.geom), st_x(d.geom), st_y(d.geom)] order by d.path)
    from track_line as l cross join lateral st_dumppoints(l.geom) as d
    group by l.device, l.worker_id, l.begins_at, l.ends_at
"""


def add(
    conn: psycopg.Connection[Any], fixes: Iterable[tuple[str, float, int, float, float]]
) -> None:
    """Write fixes of a device: seconds after DAY, worker, longitude, latitude."""
    device, at_s, worker, lon, lat = zip(*fixes, strict=True)
    times = [DAY + timedelta(seconds=each) for each in at_s]
    conn.execute(ADD, [list(device), times, list(worker), list(lon), list(lat)])


def keep_all(conn: psycopg.Connection[Any], most: int = 1000) -> None:
    """Let everything be kept that is due."""
    while conn.execute(KEEP, [most]).fetchone() != (0,):
        continue


def expected(conn: psycopg.Connection[Any]) -> list[Line]:
    """Join the fixes that are there and count."""
    ways = defaultdict[tuple[str, int], list[Fix]](list)
    for device, worker, time, lon, lat in conn.execute(_FIXES):
        ways[device, worker].append((time, lon, lat))
    return sorted(
        (device, worker, tuple(piece))
        for (device, worker), fixes in ways.items()
        for piece in _pieces(fixes)
    )


def kept(conn: psycopg.Connection[Any]) -> list[Line]:
    """Return the lines that are kept."""
    found = list[Line]()
    for device, worker, begins_at, ends_at, points in conn.execute(_KEPT):
        fixes = [(datetime.fromtimestamp(at_s, UTC), lon, lat) for at_s, lon, lat in points]
        assert (fixes[0][0], fixes[-1][0]) == (begins_at, ends_at)
        found.append((device, worker, tuple(each for each, _ in itertools.groupby(fixes))))
    return sorted(found)


def _pieces(fixes: list[Fix]) -> list[list[Fix]]:
    pieces = list[list[Fix]]()
    for fix in fixes:
        if not pieces or _breaks(pieces[-1][-1], fix):
            pieces.append([])
        pieces[-1].append(fix)
    return pieces


def _breaks(before: Fix, now: Fix) -> bool:
    north, east = now[2] - before[2], (now[1] - before[1]) * cos(radians(now[2]))
    return (
        _hour(before) != _hour(now)
        or now[0] - before[0] > timedelta(minutes=5)
        or hypot(north, east) > 1000 / 111195.0
    )


def _hour(fix: Fix) -> datetime:
    return fix[0].replace(minute=0, second=0, microsecond=0)
