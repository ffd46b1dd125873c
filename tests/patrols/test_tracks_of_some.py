"""Who may follow workers in some places is drawn what he may know, by lines and by fixes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, LiteralString

import numpy as np
import psycopg
import pytest
from psycopg import errors, sql

from tests.patrols.drawing import SPAN_S, assert_drawn_alike, drawn, see, walks
from tests.patrols.tracks import DAY, KEEP, SOUTH, WEST, add, expected, keep_all, kept

# Three quarters of a square are communities with two grids each; the last one belongs to nobody.
WORLD: LiteralString = """
    insert into area (id, code, name, level) values (1, '440199001', '街道', 'street');
    insert into area (id, code, name, level, parent_id, geom)
    select n + 2, '44019900100' || n, '社区', 'community', 1, st_multi(st_makeenvelope(
        113.30 + n % 2 * 0.02, 22.94 + n / 2 * 0.02, 113.32 + n % 2 * 0.02, 22.96 + n / 2 * 0.02,
        4490))
    from generate_series(0, 2) as n;
    insert into grid (id, code, name, area_id, geom)
    select n, 'g' || n, '格', n / 2 + 2, st_multi(st_makeenvelope(
        113.30 + n / 2 % 2 * 0.02 + n % 2 * 0.01, 22.94 + n / 4 * 0.02,
        113.31 + n / 2 % 2 * 0.02 + n % 2 * 0.01, 22.96 + n / 4 * 0.02, 4490))
    from generate_series(0, 5) as n;
    insert into worker (id, code, name, area_id) values (1, 'W1', '张', 2), (2, 'W2', '李', 2);
    select position_days(array['2026-02-28', '2026-03-01', '2026-03-02']::date[]);
"""
REACHES: list[tuple[dict[str, Any], LiteralString]] = [
    ({"areas": [2]}, "area_id = 2"),
    ({"areas": [2, 4]}, "area_id in (2, 4)"),
    ({"areas": [1, 2, 3, 4]}, "area_id in (2, 3, 4)"),
    ({"grids": [1, 2]}, "grid_id in (1, 2)"),
    ({"areas": [3], "grids": [0], "own": 2}, "area_id = 3 or grid_id = 0 or worker_id = 2"),
    ({"own": 1}, "worker_id = 1"),
    ({}, "false"),
]  # fmt: skip
CHANGES: tuple[LiteralString, ...] = (
    "delete from position where id %% 37 = %s %% 37",
    "update position set time = time + interval '61.0005 s' where id %% 41 = %s %% 41",
    "update position set geom = st_translate(geom, 0.0021, 0.0013) where id %% 41 = %s %% 41",
    "update position set worker_id = nullif(3 - worker_id, 2) where id %% 43 = %s %% 43",
    "update position set area_id = null, grid_id = null where id %% 47 = %s %% 47",
    "update position set rejected_for = 'jump' where id %% 7 = %s %% 7",
    "update position set rejected_for = null where id %% 3 = %s %% 3",
)
WHOLE: LiteralString = """
    select l.device, l.begins_at from track_line as l
    where not exists (
        select from position as p
        where p.device = l.device and p.worker_id = l.worker_id
            and track_hour(p.time) = l.hour_at and p.rejected_for is null and ({}) is not true
    )
    order by l.device, l.begins_at
"""


@pytest.fixture
def conn(own_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(own_database_url, autocommit=True) as opened:
        opened.execute(WORLD)
        opened.execute("""select set_config('gis_gov.reach_worker', '{"all": true}', false)""")
        yield opened


def some_are_near(seed: int) -> list[tuple[str, float, int, float, float]]:
    """Walks over all communities, and one that stays in the first, with another device."""
    chance = np.random.default_rng(1000 + seed)
    steps = chance.uniform(0, 0.0004, (SPAN_S // 30, 2)).tolist()
    near = [
        ("N", 30.0 * n + 5, 1, WEST + 0.0093 + x, SOUTH + 0.01 + y)
        for n, (x, y) in enumerate(steps)
    ]
    return walks(seed) + [fix for fix in near if not 5000 < fix[1] < 6000]


@pytest.mark.parametrize("seed", range(3))
def test_each_is_drawn_what_he_may_know(conn: psycopg.Connection[Any], seed: int) -> None:
    chance = np.random.default_rng(200 + seed)
    fixes = some_are_near(seed)
    order = [fixes[n] for n in np.argsort([f[1] + chance.exponential(300) for f in fixes])]
    for first in range(0, len(order), 90):
        conn.execute("reset role")
        add(conn, order[first : first + 90])
        if chance.integers(0, 2):
            conn.execute(CHANGES[chance.integers(len(CHANGES))], [int(chance.integers(2000))])
        if chance.integers(0, 3):
            conn.execute(KEEP, [int(chance.integers(1, 40))])
        assert_drawn_alike(conn, *REACHES[chance.integers(len(REACHES))])
    conn.execute("reset role")
    keep_all(conn)
    assert kept(conn) == expected(conn)
    for reach, known in REACHES:
        assert_drawn_alike(conn, reach, known)


@pytest.mark.parametrize(("reach", "known"), REACHES)
def test_a_line_is_for_who_may_know_each_fix_of_its_hour(
    conn: psycopg.Connection[Any], reach: dict[str, Any], known: LiteralString
) -> None:
    add(conn, some_are_near(7))
    keep_all(conn)
    wanted = conn.execute(sql.SQL(WHOLE).format(sql.SQL(known))).fetchall()
    places = conn.execute(
        sql.SQL(
            "select distinct device, worker_id, track_hour(time), area_id, grid_id from position"
            " where {} order by 1, 2, 3, 4, 5"
        ).format(sql.SQL(known))
    ).fetchall()
    see(conn, reach)
    lines = conn.execute("select device, begins_at from track_line order by 1, 2").fetchall()
    if "areas" in reach and "grids" in reach:  # a line that needs both is drawn by the fixes
        assert set(lines) <= set(wanted)
    else:
        assert lines == wanted
    parts = conn.execute(
        "select device, worker_id, hour_at, area_id, grid_id from track_part order by 1, 2, 3, 4, 5"
    ).fetchall()
    assert parts == places


PIECES: LiteralString = """
    select t.device, t.worker_id, t.area_id, array_agg(distinct st_m(d.geom) order by st_m(d.geom))
    from track_area as t cross join lateral st_dumppoints(t.pieces) as d
    group by t.device, t.hour_at, t.worker_id, t.area_id order by 1, 2, 3, 4
"""
IN_SEVERAL: LiteralString = """
    select p.device, p.worker_id, p.area_id,
        array_agg(extract(epoch from p.time)::float8 order by p.time)
    from position as p
    where p.rejected_for is null and exists (
        select from position as o
        where o.device = p.device and o.worker_id = p.worker_id and o.rejected_for is null
            and track_hour(o.time) = track_hour(p.time) and o.area_id is distinct from p.area_id
    )
    group by p.device, track_hour(p.time), p.worker_id, p.area_id order by 1, 2, 3, 4
"""
FIRST_IDS: LiteralString = """
    select from track_area as t cross join lateral st_dump(t.pieces) as d
    where not exists (
        select from position as p
        where p.id = t.first_ids[d.path[1]] and p.device = t.device and p.area_id is not distinct
            from t.area_id and abs(extract(epoch from p.time)
                - st_m(st_startpoint(d.geom))::numeric) < 0.000001
    )
"""


@pytest.mark.parametrize("seed", range(2))
def test_pieces_have_the_fixes_of_hours_in_several_areas(
    conn: psycopg.Connection[Any], seed: int
) -> None:
    chance = np.random.default_rng(300 + seed)
    fixes = some_are_near(seed)
    order = [fixes[n] for n in np.argsort([f[1] + chance.exponential(300) for f in fixes])]
    for first in range(0, len(order), 70):
        add(conn, order[first : first + 70])
        conn.execute(CHANGES[chance.integers(len(CHANGES))], [int(chance.integers(2000))])
        keep_all(conn)
        assert conn.execute(PIECES).fetchall() == conn.execute(IN_SEVERAL).fetchall()
        assert conn.execute(FIRST_IDS).rowcount == 0
    assert conn.execute(PIECES).rowcount > 10


def test_a_fix_that_is_given_another_place_takes_its_line_along_at_once(
    conn: psycopg.Connection[Any],
) -> None:
    add(conn, some_are_near(8))
    keep_all(conn)
    reach = {"areas": [2]}
    see(conn, reach)
    assert conn.execute("select from track_line where device = 'N'").rowcount > 0
    before = drawn(conn, 12, 0, SPAN_S)
    conn.execute("reset role")
    conn.execute("update position set area_id = 3, grid_id = 2 where device = 'N' and id % 2 = 0")
    assert_drawn_alike(conn, reach, "area_id = 2")
    see(conn, reach)
    assert drawn(conn, 12, 0, SPAN_S) != before
    conn.execute("reset role")
    keep_all(conn)
    assert_drawn_alike(conn, reach, "area_id = 2")
    see(conn, reach)
    assert conn.execute("select from track_line where device = 'N'").rowcount == 0


LEFT: LiteralString = """
    select
        (select count(*) from position where {0}), (select count(*) from track_line where {1}),
        (select count(*) from track_part where {1}), (select count(*) from track_area where {1}),
        (select count(*) from track_due where {1})
"""
SHIFTED: LiteralString = """
    insert into position (device, time, worker_id, geom)
    select device, time + interval '1 day', worker_id, geom from position
    where time >= %s and time < '2026-03-01T16:00Z'
"""


def left(conn: psycopg.Connection[Any], day: date) -> list[int]:
    of_day = "({} at time zone 'Asia/Shanghai')::date = " + f"'{day}'"
    row = conn.execute(
        sql.SQL(LEFT).format(
            sql.SQL(of_day.replace("{}", "time")),  # type: ignore[arg-type]
            sql.SQL(of_day.replace("{}", "hour_at")),  # type: ignore[arg-type]
        )
    ).fetchone()
    assert row
    return list(row)


@pytest.mark.parametrize("strayed", [False, True])
def test_a_day_of_positions_is_dropped_with_its_lines(
    conn: psycopg.Connection[Any], *, strayed: bool
) -> None:
    day, next_day = date(2026, 3, 1), date(2026, 3, 2)
    if strayed:
        conn.execute("drop table position_20260301")
    add(conn, some_are_near(9))
    conn.execute(SHIFTED, [DAY])
    keep_all(conn)
    add(conn, [("A", SPAN_S + 100.0, 1, WEST, SOUTH)])
    conn.execute(SHIFTED, [DAY + timedelta(seconds=SPAN_S)])
    assert all(left(conn, day))
    others = left(conn, next_day)
    assert all(others)
    found = conn.execute("select drop_positions_of(%s)", [day]).fetchone()
    assert found == (not strayed,)
    assert left(conn, day) == [0, 0, 0, 0, 0]
    assert left(conn, next_day) == others
    assert conn.execute("select from last_position").rowcount == 2
    add(conn, some_are_near(9))  # it may come again
    keep_all(conn)
    assert kept(conn) == expected(conn)


def test_who_does_not_own_them_drops_none(conn: psycopg.Connection[Any]) -> None:
    see(conn, {"all": True})
    with pytest.raises(errors.InsufficientPrivilege):
        conn.execute("select drop_positions_of('2026-03-01')")
