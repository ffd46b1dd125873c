"""Late fixes are those of faulty phones, too; a server takes all, and each is counted once."""

import time
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import orjson
import psycopg
import pytest

from gis_gov.bench.late_fixes import BATCH, SHIFT_FIXES, Batch, late_fixes
from gis_gov.days import utc_now
from gis_gov.simulation.faults.registry import BY_NAME
from tests.registry.conftest import running, signed_in
from tests.signed_in import Client
from tests.simulation.test_sending import people_url

__all__ = ["people_url", "running", "signed_in"]
pytestmark = pytest.mark.anyio

WORKERS = 20
TURNS = 2
GIVEN = 270
"""More than two shifts of twenty phones, of which some tell all twice."""


def told_by(batches: list[Batch]) -> list[tuple[str, dict[str, Any]]]:
    """Give the fixes with the device that tells them, as they are sent."""
    bodies = [orjson.loads(batch.body) for batch in batches]
    return [(body["device"], fix) for body in bodies for fix in body["positions"]]


def test_each_batch_has_what_it_says_and_nothing_is_new_twice(people_url: str) -> None:
    late = late_fixes(people_url, faulty=1.0)
    assert late.faults == dict.fromkeys(BY_NAME, 2)
    assert late.phones == WORKERS + late.faults["two_phones"]
    batches = list(islice(late.batches, GIVEN))
    known: set[tuple[str, str]] = set()
    for batch in batches:
        told = told_by([batch])
        assert 1 <= batch.fixes == len(told) <= BATCH
        keys = {(device, fix["time"]) for device, fix in told}
        assert batch.new == len(keys - known)
        known |= keys
    assert sum(batch.fixes == BATCH for batch in batches) > 0.9 * GIVEN
    now = utc_now()
    times = [datetime.fromisoformat(at) for _, at in known]
    assert now - timedelta(days=3) < min(times) < max(times) < now


def test_what_is_wrong_with_phones_is_in_their_batches(people_url: str) -> None:
    fixes: dict[str, list[dict[str, Any]]] = {}
    for device, fix in told_by(list(islice(late_fixes(people_url, faulty=1.0).batches, GIVEN))):
        fixes.setdefault(device, []).append(fix)
    faulty = {"mock": 0, "frozen": 0, "twice": 0, "out of order": 0, "second phone": 0}
    for device, told in fixes.items():
        shift = told[:SHIFT_FIXES]
        times = list(dict.fromkeys(fix["time"] for fix in shift))
        faulty["mock"] += all(fix["mock"] for fix in shift)
        faulty["frozen"] += len({(fix["lon"], fix["lat"]) for fix in shift}) == 1
        faulty["twice"] += len(times) < 0.6 * len(shift)
        # Many, not one as where a clock is set back or a network was down.
        fallen = sum(after < before for before, after in pairwise(times))
        faulty["out of order"] += fallen > len(times) / 4
        faulty["second phone"] += device.endswith("-2")
    assert set(faulty.values()) == {2}, faulty


def test_an_earlier_shift_is_no_track_that_is_played_again(people_url: str) -> None:
    late = late_fixes(people_url, faulty=0.0)
    assert not late.faults
    per_shift = WORKERS * SHIFT_FIXES // BATCH
    first, earlier = (told_by(list(islice(late.batches, per_shift))) for _ in range(TURNS))
    places = [{(fix["lon"], fix["lat"]) for _, fix in shift} for shift in (first, earlier)]
    assert len(places[0]) > 0.99 * WORKERS * SHIFT_FIXES
    assert len(places[0] & places[1]) < 0.01 * len(places[0])
    # Its phone counts on, and has counted less far before.
    assert max(fix["sequence"] for _, fix in earlier) < min(fix["sequence"] for _, fix in first)


async def test_a_server_takes_all_of_them(signed_in: Client, people_url: str) -> None:
    batches = list(islice(late_fixes(people_url, faulty=1.0).batches, GIVEN))
    gateway = await signed_in("gateway")
    answers = []
    for batch in batches:
        headers = {"content-type": "application/json"}
        answer = await gateway.post("/positions", content=batch.body, headers=headers)
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    assert not any(each["refused"] or each["off_shift"] for each in answers)
    assert [each["stored"] for each in answers] == [batch.new for batch in batches]
    assert sum(each["repeated"] for each in answers) > 1000
    with psycopg.connect(people_url) as conn:
        stored = conn.execute("select count(*) from position").fetchone()
        entered = conn.execute("select count(*) from device").fetchone()
    assert stored == (sum(batch.new for batch in batches),)
    assert entered == (WORKERS + 2,)


def test_to_make_a_second_s_fixes_takes_a_small_part_of_it(people_url: str) -> None:
    batches = late_fixes(people_url).batches
    begun_s = time.process_time()
    fixes = sum(batch.fixes for batch in islice(batches, 100))
    assert time.process_time() - begun_s < 0.5 * fixes / 10_000
