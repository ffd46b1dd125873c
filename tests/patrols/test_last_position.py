"""Where a worker was last, and since when he stands: the same for any batching."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.patrols.test_patrols import MORNING

PUT = """
    insert into position (device, time, worker_id, geom, rejected_for)
    select u.device, %s::timestamptz + u.at_s * interval '1 s', u.worker_id,
        st_point(113.11 + u.east / 1e5, 22.05, 4490), u.reason
    from unnest(%s::text[], %s::integer[], %s::bigint[], %s::float8[], %s::text[])
    as u (device, at_s, worker_id, east, reason)
"""
KEPT = """
    select worker_id, device, time, st_x(geom), still_since, st_x(still_at)
    from last_position order by worker_id
"""
Row = tuple[str, int, int, float, str | None]


def kept(url: str, batches: Sequence[Sequence[Row]]) -> list[Any]:
    with psycopg.connect(url) as conn:
        for batch in batches:
            columns = [list(column) for column in zip(*batch, strict=True)]
            conn.execute(PUT, [MORNING, *columns])
        found = conn.execute(KEPT).fetchall()
        conn.rollback()
    return found


def walk(worker_id: int, seed: int) -> list[Row]:
    """Stand and go by turns, with some fixes that do not count."""
    random = np.random.default_rng(seed)
    east = np.cumsum(np.repeat(random.choice([0.0, 12.0], 6), 10)) + random.normal(0, 3, 60)
    rejected = random.random(60) < 0.1
    return [
        (f"P{worker_id}", 10 * n, worker_id, float(e), "jump" if no else None)
        for n, (e, no) in enumerate(zip(east, rejected, strict=True))
    ]


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.integers(0, 2**32), st.sets(st.integers(1, 119), max_size=10))
def test_one_by_one_or_at_once_he_stands_since_the_same(
    people_url: str, seed: int, cuts: set[int]
) -> None:
    rows = sorted(walk(1, seed) + walk(2, seed + 1), key=lambda row: row[1])
    edges = [0, *sorted(cuts), len(rows)]
    parts = [rows[begin:end] for begin, end in itertools.pairwise(edges)]
    alone = kept(people_url, [[row] for row in rows])
    assert len(alone) == 2
    assert kept(people_url, parts) == alone
    assert kept(people_url, [part[::-1] for part in parts]) == alone


def test_who_stood_before_the_batch_stands_since_then(people_url: str) -> None:
    came = [("P1", 0, 1, 0.0, None), ("P1", 10, 1, 500.0, None)]
    stays = [("P1", 20 + n, 1, 500.0 + n % 3, None) for n in range(30)]
    goes = [("P1", 100, 1, 900.0, None)]
    ((_, _, _, _, since, _),) = kept(people_url, [came + stays])
    assert (since - MORNING).total_seconds() == 10
    ((_, _, _, _, since, _),) = kept(people_url, [came, stays + goes])
    assert (since - MORNING).total_seconds() == 100


@pytest.mark.parametrize("east", [0.0, 700.0])
def test_of_two_devices_at_one_moment_the_lower_one_counts(people_url: str, east: float) -> None:
    before = [("P1", 0, 1, 0.0, None)]
    moment = [("P1", 10, 1, east, None), ("P2", 10, 1, east + 3, None)]
    orders = [[before, *([row] for row in each)] for each in (moment, moment[::-1])]
    orders += [[before, moment], [before + moment[::-1]]]
    found = [kept(people_url, each) for each in orders]
    assert found[0][0][1] == "P1"
    assert found[0][0][3] == pytest.approx(113.11 + east / 1e5)
    assert found[1:] == found[:1] * 3
