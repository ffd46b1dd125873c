"""Sums of patrols by each sort and period, against sums that pandas makes of the rows."""

import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
import psycopg
import pytest

from tests.registry.conftest import EAST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

STREET = "440199001"
# Three communities: two in a street, one in none; a worker in each, and another in the first.
PLACES = """
    insert into area (id, code, name, level, parent_id, geom) values
    (4, '440199001', '东街道', 'street', 1,
     st_multi(st_makeenvelope(113.1, 22, 113.3, 22.1, 4490)));
    update area set parent_id = 4 where id = 2;
    insert into area (id, code, name, level, parent_id, geom) values
    (5, '440199001003', '南社区', 'community', 4,
     st_multi(st_makeenvelope(113.2, 22, 113.3, 22.1, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select 3, code || '101', name || '网格', id, geom from area where id = 5;
    insert into worker (id, code, name, kind, area_id) values
    (3, 'W3', '张三', null, 5), (4, 'W4', '李四', null, 2);
"""
FIRST, DAYS = date(2025, 11, 24), 90
PUT = """
    insert into patrol (
        id, code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id, fixes,
        rejected, mileage_m, valid_mileage_m, duration_s, stay_s, gap_s, own_grid_share
    ) overriding system value values (
        %(id)s, %(code)s, %(worker_id)s, %(day)s, true, false,
        %(day)s::date::timestamp at time zone 'Asia/Shanghai' + interval '8 h',
        %(day)s::date::timestamp at time zone 'Asia/Shanghai' + interval '9 h',
        %(area_id)s, %(fixes)s, %(rejected)s, %(mileage_m)s, %(valid_mileage_m)s, %(duration_s)s,
        %(stay_s)s, %(gap_s)s, %(own_grid_share)s
    )
"""
PUT_GRID = """
    insert into patrol_grid (patrol_id, grid_id, entered_at, left_at, duration_s, valid_mileage_m)
    values (%(id)s, %(grid_id)s, now(), now(), %(duration_s)s, %(valid_mileage_m)s)
"""
AREA_OF = {1: 2, 2: 3, 3: 5, 4: 2}
NAMES: dict[str, dict[int, str | None]] = {
    "worker": {n: f"W{n}" for n in AREA_OF},
    "community": {1: EAST, 2: "440199001002", 3: "440199001003", 4: EAST},
    "street": {1: STREET, 2: None, 3: STREET, 4: STREET},
    "district": dict.fromkeys(AREA_OF, "440199000000"),
    "all": dict.fromkeys(AREA_OF),
}
GRIDS = {1: f"{EAST}101", 2: "440199001002101", 3: "440199001003101"}
SUMS = ["mileage_m", "valid_mileage_m", "duration_s", "stay_s", "gap_s", "fixes", "rejected"]


def drawn() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Patrols of made-up figures, and what of each was in which grid."""
    chance = random.Random(1)  # noqa: S311 - no secret
    patrols, parts = list[dict[str, Any]](), list[dict[str, Any]]()
    for n in range(300):
        worker = chance.randint(1, 4)
        patrols.append(
            {
                "id": 1000 + n,
                "code": f"P{n}",
                "worker_id": worker,
                "day": FIRST + timedelta(days=chance.randrange(DAYS)),
                "area_id": AREA_OF[worker],
                "fixes": chance.randint(2, 900),
                "rejected": chance.randint(0, 9),
                **{name: round(chance.uniform(1, 9000), 1) for name in SUMS[:5]},
                "own_grid_share": chance.choice([None, 0.0, 0.25, 0.75, 1.0]),
            }
        )
        parts += [
            {
                "id": 1000 + n,
                "grid_id": grid,
                "duration_s": round(chance.uniform(1, 900), 1),
                "valid_mileage_m": round(chance.uniform(1, 900), 1),
            }
            for grid in chance.sample([1, 2, 3], chance.randint(1, 3))
        ]
    return patrols, parts


@pytest.fixture
def people_url(people_url: str) -> str:
    patrols, parts = drawn()
    with psycopg.connect(people_url) as conn, conn.cursor() as cursor:
        conn.execute(PLACES)
        cursor.executemany(PUT, patrols)
        cursor.executemany(PUT_GRID, parts)
    return people_url


def begins(days: "pd.Series[Any]", period: str) -> "pd.Series[Any]":
    letter = {"day": "D", "week": "W-SUN", "month": "M", "year": "Y"}.get(period)
    if letter is None:
        return pd.Series("", index=days.index)
    return pd.to_datetime(days).dt.to_period(letter).dt.start_time.dt.date.astype(str)


@pytest.mark.parametrize("by", ["worker", "grid", "community", "street", "district", "all"])
async def test_they_are_those_of_the_rows(signed_in: Client, by: str) -> None:
    client = await signed_in("commander")
    for period in ("day", "week", "month", "year", "all"):
        answer = await client.get("/patrols/statistics", params={"by": by, "period": period})
        assert answer.status_code == 200, answer.text
        expected = summed(by, period)
        told = {
            (row["code"] or "", row["begins"] or ""): {
                name: row[name] for name in next(iter(expected.values()))
            }
            for row in answer.json()["rows"]
        }
        assert told == expected
        assert len(answer.json()["rows"]) == len(told)


def summed(by: str, period: str) -> dict[Any, dict[str, Any]]:
    """What pandas makes of what was drawn."""
    patrols, parts = (pd.DataFrame(each) for each in drawn())
    rows, sums = patrols, SUMS
    if by == "grid":
        rows = parts.merge(patrols[["id", "worker_id", "day"]], on="id")
        rows["code"] = rows["grid_id"].map(GRIDS)
        sums = ["valid_mileage_m", "duration_s"]
    else:
        rows["code"] = rows["worker_id"].map(NAMES[by])
    rows = rows.assign(begins=begins(rows["day"], period), code=rows["code"].fillna(""))
    return {
        key: {
            **{name: pytest.approx(some[name].sum()) for name in sums},
            "patrols": len(some),
            "workers": some["worker_id"].nunique(),
        }
        for key, some in rows.groupby(["code", "begins"])
    }


async def test_the_share_of_own_grids_is_weighed_by_time(signed_in: Client) -> None:
    patrols = pd.DataFrame(drawn()[0]).dropna(subset="own_grid_share")
    patrols["code"] = patrols["worker_id"].map(NAMES["street"]).fillna("")
    patrols["own_s"] = patrols["own_grid_share"] * patrols["duration_s"]
    sums = patrols.groupby("code")[["own_s", "duration_s"]].sum()
    client = await signed_in("commander")
    asked = {"by": "street", "period": "all"}
    rows = (await client.get("/patrols/statistics", params=asked)).json()["rows"]
    assert {row["code"] or "": row["own_grid_share"] for row in rows} == {
        code: pytest.approx(own_s / lasted_s) for code, own_s, lasted_s in sums.itertuples()
    }
    assert {row["code"]: row["name"] for row in rows} == {STREET: "东街道", None: None}
