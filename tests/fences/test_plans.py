"""What is read of workers is found by their times, too, under the row policies.

By the worker alone each look would read a whole day of him, or all days that are kept.
"""

import re
from typing import Any, LiteralString

import psycopg
import pytest

from gis_gov.db.run import sql_file

HOUR_S = 1_772_323_200.0
MADE = """
    set session_replication_role = replica;
    select position_days(array['2026-03-01']::date[]);
    insert into position (device, time, worker_id, geom)
    select 'd' || w, '2026-03-01 08:00+08'::timestamptz + n * interval '1 minute', w,
        st_point(113.1, 22.05, 4490)
    from generate_series(1, 20) as w, generate_series(0, 500) as n;
    insert into crossing (worker_id, fence_id, version_id, hour_at, kind, at, known_at, is_told)
    select w, n / 2 % 50, n / 2 % 50, date_trunc('hour', u.at),
        case n % 2 when 0 then 'enter' else 'exit' end, u.at, u.at, true
    from generate_series(1, 20) as w, generate_series(0, 500) as n,
        lateral (select '2026-03-01 08:00+08'::timestamptz + n * interval '1 minute') as u (at);
    analyze position, crossing;
"""
SPAN = {"number": [0], "worker_id": [1], "from_s": [HOUR_S], "to_s": [HOUR_S + 60]}
SINCE = {"worker_id": [1], "fence_id": [1], "begun_s": [HOUR_S], "since_s": [HOUR_S]}
OF_FIXES: dict[str, tuple[LiteralString, dict[str, Any]]] = {
    "fixes": (
        "gis_gov.fences",
        {"worker_id": [1], "after_s": [HOUR_S], "before_s": [HOUR_S + 60]},
    ),
    "silences": ("gis_gov.fences", {**SPAN, "silent_s": 900}),
    "heard_in": ("gis_gov.fences", {**SPAN, "told_s": [HOUR_S], "silent_s": 900}),
    "reject": ("gis_gov.patrols", {"device": ["d1"], "time_s": [HOUR_S], "rejected_for": ["jump"]}),
}
OF_STATES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "states": ("fence_state", "hour_at", {"worker_id": [1], "hour_s": [HOUR_S]}),
    "told": ("crossing", "hour_at", {"worker_id": [1], "hour_s": [HOUR_S]}),
    "passed_since": ("crossing", "at", {"worker_id": [1], "version_id": [1], "since_s": [HOUR_S]}),
    "stays_inside": ("crossing", "at", SINCE),
    "put_company_due": (
        "crossing",
        "at",
        {"worker_id": [1], "hour_s": [HOUR_S], "since_s": [HOUR_S], "stay_s": 60},
    ),
}


def plan_of(conn: psycopg.Connection[Any], package: str, name: str, asked: dict[str, Any]) -> str:
    """Return how a statement of the server is run, where no table is so small that it is read."""
    conn.execute("select set_config('gis_gov.reach_track', '{\"all\": true}', false)")
    conn.execute("set role gis_gov_app")
    for way in ("seqscan", "hashjoin", "mergejoin", "bitmapscan"):
        conn.execute("select set_config(%s, 'off', false)", [f"enable_{way}"])
    rows = conn.execute("explain (costs off) " + sql_file(package, name), asked).fetchall()
    return "\n".join(line for (line,) in rows)


@pytest.mark.parametrize("name", OF_FIXES)
def test_fixes_are_found_by_their_time(people_url: str, name: str) -> None:
    package, asked = OF_FIXES[name]
    with psycopg.connect(people_url) as conn:
        conn.execute(MADE)
        plan = plan_of(conn, package, name, asked)
    reads = re.findall(r"Index (?:Only )?Scan.* on position_20260301.*\n(.*)", plan)
    assert reads, plan
    for condition in reads:
        assert "Index Cond" in condition, plan
        assert '"time"' in condition, plan
        assert re.search(r"(worker_id|device) = ", condition), plan


@pytest.mark.parametrize("name", OF_STATES)
def test_what_was_told_is_found_by_its_time(people_url: str, name: str) -> None:
    table, column, asked = OF_STATES[name]
    with psycopg.connect(people_url) as conn:
        conn.execute(MADE)
        plan = plan_of(conn, "gis_gov.fences", name, asked)
    reads = re.findall(rf"Index (?:Only )?Scan.* on {table}.*\n(.*)", plan)
    assert reads, plan
    for condition in reads:
        assert "Index Cond" in condition, plan
        assert re.search(rf"\b{column} ", condition), plan
        assert "worker_id = " in condition, plan
