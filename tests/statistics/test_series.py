"""Time series are what pandas counts of the events that somebody may read."""

import io
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import httpx
import pandas as pd
import pytest

from gis_gov.days import today
from gis_gov.statistics.breakdown_schemas import Series
from tests.counting.granted import EXACT, STREET, Grant, ask
from tests.counting.village import NEWEST, Village

PATH = "/statistics/series"
COMMANDER = Grant("commander")
CODE = {"day": "D", "week": "W-SUN", "month": "M"}


def by_period(things: pd.DataFrame, every: str) -> dict[Any, int]:
    """Count events by the period (of local time) that they were reported in."""
    local = things.loc[things["layer"] == "events", "time"].dt.tz_convert("Asia/Shanghai")
    periods = local.dt.tz_localize(None).dt.to_period(CODE[every])
    return {period: int(count) for period, count in periods.value_counts().items()}


def a_year_ago(period: pd.Period, every: str) -> pd.Period | None:
    start = period.start_time
    if every == "week":
        wanted = f"{start.isocalendar().year - 1}-W{start.isocalendar().week:02}-1"
        try:
            return pd.Period(date.fromisoformat(wanted), CODE[every])
        except ValueError:
            return None
    if (start.month, start.day) == (2, 29):
        return None
    return pd.Period(start.replace(year=start.year - 1), CODE[every])


@pytest.mark.parametrize("every", ["day", "week", "month"])
@pytest.mark.parametrize("grant", EXACT, ids=str)
async def test_they_are_those_of_the_own_events(
    asking: httpx.AsyncClient, village: Village, grant: Grant, every: str
) -> None:
    own = grant.counted(village.things)
    counts = by_period(own, every)
    first = own.loc[own["layer"] == "events", "time"].min()
    asked = {"every": every, "datetime": "2024-01-10/2026-03-10"}
    found = await ask(asking, PATH, grant.key(village.url), **asked)
    Series(**found)
    assert pd.Timestamp(found["since"]) == first

    def known(period: pd.Period | None) -> int | None:
        if period is None or period.end_time.tz_localize("Asia/Shanghai") < first:
            return None
        return counts.get(period, 0)

    wanted = pd.period_range("2024-01-10", "2026-03-10", freq=CODE[every])
    assert [row["start"] for row in found["rows"]] == [str(p.start_time.date()) for p in wanted]
    for row, period in zip(found["rows"], wanted, strict=True):
        assert row["end"] == str(period.end_time.date())
        assert row["count"] == known(period)
        assert row["complete"]
        for base, change, other in (
            ("previous", "previous_change", period - 1),
            ("year_before", "year_change", a_year_ago(period, every)),
        ):
            assert row[base] == known(other)
            if row["count"] is None or not row[base]:
                assert row[change] is None
            else:
                assert row[change] == pytest.approx(row["count"] / row[base] - 1, abs=1e-6)


async def test_series_of_units_and_categories_add_up_to_the_whole(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = COMMANDER.key(village.url)
    asked: dict[str, Any] = {"every": "month", "datetime": "2025-01-01/2026-03-31"}
    whole = (await ask(asking, PATH, headers, **asked))["rows"]
    for more in ({"level": "grid"}, {"by": "state"}, {"level": "street", "by": "state,department"}):
        rows = pd.DataFrame((await ask(asking, PATH, headers, **asked, **more))["rows"])
        summed = rows.groupby("start")["count"].sum()
        assert summed.to_dict() == {row["start"]: row["count"] for row in whole}


async def test_files_tell_days_and_the_moment(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked: dict[str, Any] = {"every": "week", "datetime": "2026-01-01/2026-02-28", "level": "grid"}
    found = await ask(asking, PATH, headers, **asked)
    answer = await asking.get(PATH, params={**asked, "f": "parquet"}, headers=headers)
    file: Any = io.BytesIO(answer.content)
    table = gpd.read_parquet(file)
    assert [str(day) for day in table["start"]] == [row["start"] for row in found["rows"]]
    assert [str(day) for day in table["end"]] == [row["end"] for row in found["rows"]]
    for name in ("count", "previous", "previous_change", "year_before", "complete"):
        told = table[name].astype(object).where(table[name].notna(), None)
        assert told.tolist() == [row[name] for row in found["rows"]]
    assert table.geometry.notna().tolist() == [row["code"] is not None for row in found["rows"]]
    answer = await asking.get(PATH, params={**asked, "f": "csv"}, headers=headers)
    as_csv = pd.read_csv(io.BytesIO(answer.content), dtype={"code": str})
    assert list(as_csv.columns)[-1] == "at"
    for moments in (pd.to_datetime(as_csv["at"]), table["at"]):
        assert moments.nunique() == 1
        assert moments.iloc[0] >= pd.Timestamp(found["at"])


async def test_the_months_of_a_place_are_its_statistics(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = COMMANDER.key(village.url)
    found = await ask(
        asking, PATH, headers, datetime="2026-01-15", within=STREET, level="community"
    )
    plain = await ask(
        asking,
        "/statistics",
        headers,
        measures="events",
        level="community",
        within=STREET,
        datetime="2026-01-01/2026-01-31",
    )
    told = {row["code"]: row["count"] for row in found["rows"]}
    assert told == {row["code"]: row["events"] for row in plain["rows"] if row["events"]}


async def test_a_period_that_is_not_over_is_compared_with_nothing(
    asking: httpx.AsyncClient, village: Village
) -> None:
    found = await ask(asking, PATH, COMMANDER.key(village.url), every="month")
    rows = found["rows"]
    assert len(rows) == 12
    assert [row["complete"] for row in rows] == [True] * 11 + [False]
    assert rows[-1]["start"] == str(today().replace(day=1))
    assert rows[-1]["previous_change"] is rows[-1]["year_change"] is None


async def test_what_is_to_come_has_no_rows(asking: httpx.AsyncClient, village: Village) -> None:
    tomorrow = today() + timedelta(days=40)
    found = await ask(asking, PATH, COMMANDER.key(village.url), datetime=f"{tomorrow}/..")
    assert found["rows"] == []


async def test_who_reads_no_event_has_no_series(
    asking: httpx.AsyncClient, village: Village
) -> None:
    answer = await asking.get(PATH, headers=Grant("weather_officer").key(village.url))
    assert answer.status_code == 403
    assert "event.read" in answer.json()["detail"]


async def test_of_another_place_or_department_nothing_is_told(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("department_officer", STREET, None, "city").key(village.url)
    found = await ask(
        asking, PATH, headers, by="department", datetime=f"2022-01-01/{NEWEST.date()}"
    )
    assert {row["department"] for row in found["rows"]} == {"city"}
    own = Grant("department_officer", STREET, None, "city").counted(village.things)
    assert sum(row["count"] or 0 for row in found["rows"]) == (own["layer"] == "events").sum()


async def test_files_have_the_same_rows(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {"every": "week", "datetime": "2025-12-01/2026-02-28"}
    rows = (await ask(asking, PATH, headers, **asked))["rows"]
    answer = await asking.get(PATH, params={**asked, "f": "csv"}, headers=headers)
    table = pd.read_csv(io.BytesIO(answer.content))
    assert list(table.columns) == [*rows[0], "at"]
    assert table["count"].tolist() == [row["count"] for row in rows]
    answer = await asking.get(PATH, params={**asked, "f": "xlsx"}, headers=headers)
    assert pd.read_excel(io.BytesIO(answer.content), engine="openpyxl")["start"].tolist() == (
        table["start"].tolist()
    )


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("every=year", "invalid-request"),
        ("datetime=../2026-01-01", "invalid-request"),
        ("datetime=1850-01-01/2026-01-01", "invalid-request"),
        ("datetime=1950-01-01/2026-01-01&every=day", "too-many-rows"),
        ("by=sex", "unknown-category"),
    ],
)
async def test_wrong_questions_are_problems(
    asking: httpx.AsyncClient, village: Village, query: str, slug: str
) -> None:
    answer = await asking.get(f"{PATH}?{query}", headers=COMMANDER.key(village.url))
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
