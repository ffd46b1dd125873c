"""What was found from positions goes with them, or with the patrols; places with the positions."""

from typing import Any, LiteralString

import pytest

from gis_gov.days import today
from gis_gov.db.pool import Pool
from gis_gov.patrols.retention_keeper import RetentionKeeper
from gis_gov.settings import Settings
from tests.patrols.test_retention import FIGURES, ago, kept, pool, rows
from tests.registry.conftest import EAST, entries
from tests.signed_in import Client

__all__ = ["kept", "pool"]

pytestmark = pytest.mark.anyio

DERIVED: LiteralString = """
    insert into fence (code, name, geom) values
    ('f', 'f', st_makeenvelope(113.1, 22.0, 113.2, 22.1, 4490));
    insert into patrol_rule (
        id, code, version, name, area_id, object_kind, cadence, radius_m, valid_from
    ) values (1, 'r', 1, 'r', 2, 'points', 'day', 50, '2020-01-01');
    insert into crossing (
        worker_id, fence_id, version_id, hour_at, kind, at, known_at, is_told, geom
    )
    select 1, f.id, 1, track_hour(p.time), 'enter', p.time, p.time, true, p.geom
    from fence as f cross join (select distinct on (track_hour(time)) * from position) as p;
    insert into alarm (kind, worker_id, since, last_at, opened_at, closed_at)
    select 'sos', 1, at, at, at, at from crossing;
    insert into fence_state (worker_id, hour_at, last_s, lon, lat, accuracy_m, pairs)
    select distinct 1, hour_at, 0, 113, 22, 5, '[]'::jsonb from crossing;
    insert into patrol_task (
        rule_id, object_id, worker_id, area_id, number, begins_on, ends_on, begins_at, due_at
    )
    select
        1, 0, 1, 2, 1, day, day, day::timestamp at time zone 'Asia/Shanghai',
        (day + 1)::timestamp at time zone 'Asia/Shanghai'
    from (select distinct local_day(at) as day from crossing) as d
"""
DAYS_OF: dict[str, LiteralString] = {
    "crossing": "select distinct local_day(at) from crossing order by 1",
    "alarm": "select distinct local_day(last_at) from alarm order by 1",
    "task": "select distinct local_day(begins_at) from patrol_task order by 1",
    "walked": "select distinct day from walked_day order by 1",
    "state": "select distinct local_day(hour_at) from fence_state order by 1",
    "print": "select distinct day from track_print order by 1",
}


def days_of(url: str) -> dict[str, list[int]]:
    """Tell how many days ago there is what, with the most days first."""
    found = {name: rows(url, query) for name, query in DAYS_OF.items()}
    return {name: [(today() - day).days for (day,) in each] for name, each in found.items()}


async def test_what_is_derived_goes_with_the_positions_or_with_the_patrols(
    people_url: str, pool: Pool, kept: list[tuple[Any, ...]]
) -> None:
    rows(people_url, DERIVED)
    all_days = [100, 95, 91, 90, 1]
    assert days_of(people_url) == dict.fromkeys(DAYS_OF, all_days)
    await RetentionKeeper(pool, Settings()).keep()
    derived = ("crossing", "alarm", "task", "walked")
    with_positions = {"state": [90, 1], "print": [90, 1]}
    assert days_of(people_url) == {**dict.fromkeys(derived, all_days), **with_positions}
    assert rows(people_url, "select from crossing where withdrawn_at is not null") == []
    await RetentionKeeper(pool, Settings(patrols_kept_days=92)).keep()
    left = {key: [91, 90, 1] for key in derived}
    assert days_of(people_url) == {**left, **with_positions}
    assert [row[1] for row in rows(people_url, FIGURES)] == [ago(91), ago(90), ago(1)]
    told = [detail for _, _, _, detail in entries(people_url, "patrol.drop")]
    assert [each["rows"] for each in told] == [3 * 2 + 2, 2]


async def test_places_of_crossings_and_alarms_go_with_the_positions(
    people_url: str, signed_in: Client, pool: Pool, kept: list[tuple[Any, ...]]
) -> None:
    """That a fence was crossed stays, and when, by whom and in which area; nobody is told anew."""
    rows(people_url, DERIVED)
    rows(
        people_url,
        "update alarm as a set geom = c.geom from crossing as c where c.at = a.since;"
        " update crossing set area_id = 2; update alarm set area_id = 2",
    )
    noted: LiteralString = "select count(*) from change where kind in ('crossing', 'alarm')"
    before = rows(people_url, noted)
    await RetentionKeeper(pool, Settings()).keep()
    placed: tuple[LiteralString, ...] = (
        "select local_day(at), geom is not null from crossing order by 1",
        "select local_day(since), geom is not null from alarm order by 1",
    )
    expected = [(ago(days), days <= 90) for days in (100, 95, 91, 90, 1)]
    assert [rows(people_url, query) for query in placed] == [expected] * 2
    assert rows(people_url, noted) == before
    commander = await signed_in("commander")
    for name in ("crossings", "alarms"):
        told = (await commander.get(f"/{name}")).json()[name]
        assert {each["area_code"] for each in told} == {EAST}
        assert sorted(each["lon"] is not None for each in told) == [False] * 3 + [True] * 2
        found = await commander.get(f"/{name}", params={"bbox": "113,22,113.2,22.1"})
        assert len(found.json()[name]) == 2
