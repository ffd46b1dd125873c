"""A year of events: levels, rhythms, hot spots, deadlines."""

import csv

import numpy as np
import pandas as pd
import pytest
import shapely

from gis_gov.sample.event_classes import EVENT_CLASSES
from gis_gov.shipped import shipped
from tests.sample.made import Sample

LEVELS = {"grid": 0.7285, "community": 0.1469, "street": 0.10, "district": 0.0246}


def timed(sample: Sample) -> pd.DataFrame:
    events = sample.table("events")
    for column in ("reported_at", "due_at", "closed_at"):
        events[column] = pd.to_datetime(events[column]).dt.tz_convert("Asia/Shanghai")
    return events


@pytest.fixture
def events(sample: Sample) -> pd.DataFrame:
    return timed(sample)


@pytest.fixture
def many(middling: Sample) -> pd.DataFrame:
    return timed(middling)


def test_levels_solve_their_shares(sample: Sample, events: pd.DataFrame) -> None:
    assert len(events) == sample.figures.events
    number = events.level.value_counts()
    for level, share in LEVELS.items():
        assert abs(number[level] - share * len(events)) < 1


def test_classes_are_those_of_the_dictionary(events: pd.DataFrame) -> None:
    with (shipped("migrations") / "sql" / "0001_event_classes.csv").open(encoding="utf-8") as file:
        known = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert {row.code: row.name for row in EVENT_CLASSES}.items() <= known.items()
    assert set(events.dictionary) == {"gbt30428.2"}
    assert (events.class_code.map(known) == events.title).all()
    assert events.class_code.nunique() > 35


def test_codes_tell_county_and_day(events: pd.DataFrame) -> None:
    assert events.code.str.fullmatch(r"99\d{18}").all()
    assert (events.code.str[6:14] == events.reported_at.dt.strftime("%Y%m%d")).all()
    assert events.reported_at.is_monotonic_increasing
    hotline = events.source == "12345热线"
    assert events.external_code.notna().equals(hotline)
    assert events.external_code.dropna().is_unique


def test_the_year_has_its_rhythms(many: pd.DataFrame) -> None:
    at = many.reported_at.dt
    assert set(at.year) == {2025}
    assert at.day_of_year.nunique() == 365
    hour = np.bincount(at.hour, minlength=24) / len(many)
    assert hour[9] > 4 * hour[3]
    assert hour[12] < hour[9]
    week = np.bincount(at.day_of_week, minlength=7)
    assert week[:5].min() > week[5:].max()
    month = np.bincount(at.month, minlength=13)[1:]
    assert month[6:8].mean() > 1.3 * month[0:2].mean()


def share(events: pd.DataFrame, code: str, where: pd.Series) -> float:
    return float(where[events.class_code == code].mean())


def test_classes_have_rhythms_of_their_own(many: pd.DataFrame) -> None:
    at = many.reported_at.dt
    night = (at.hour >= 19) | (at.hour < 2)
    assert share(many, "0510", night) > 3 * share(many, "0201", night)
    assert share(many, "0407", at.month.isin([12, 1, 2])) > 0.75
    assert share(many, "0406", at.month.between(5, 9)) > 0.6
    rush = at.hour.isin([7, 8, 17, 18])
    assert share(many, "0505", rush) > 1.4 * share(many, "0102", rush)
    weekend = at.day_of_week >= 5
    assert share(many, "0501", weekend) > 1.3 * share(many, "0302", weekend)


def test_hot_spots_draw_more_than_their_share(many: pd.DataFrame) -> None:
    cell = np.round(np.column_stack([many.lon / 0.0015, many.lat / 0.0013])).astype(int)
    _, number = np.unique(cell, axis=0, return_counts=True)
    number = np.sort(number)[::-1]
    assert number[: len(number) // 20].sum() / number.sum() > 0.22
    assert number[0] > 12 * np.median(number)


def test_states_fit_their_times(sample: Sample, events: pd.DataFrame) -> None:
    as_of = pd.Timestamp(sample.manifest.as_of)
    ended = events.state.isin(["closed", "rejected"])
    assert events.closed_at.notna().equals(ended)
    assert (events.closed_at[ended] > events.reported_at[ended]).all()
    assert (events.closed_at[ended] <= as_of).all()
    assert (events.reported_at < as_of).all()
    assert events.due_at.isna().equals(events.state.isin(["pending", "rejected"]))
    dated = events.due_at.notna()
    assert (events.due_at[dated] > events.reported_at[dated]).all()
    running = events.state.isin(["pending", "accepted", "handling", "verifying"])
    overdue = running & (events.due_at < as_of)
    assert overdue.sum() == sample.figures.overdue
    assert 0.97 < ended.mean() < 0.9995
    late = (events.closed_at > events.due_at)[events.state == "closed"].mean()
    assert 0.005 < late < 0.03
    assert set(events.state) >= {"closed", "rejected", "handling"}


def test_graver_events_take_longer_and_rise(many: pd.DataFrame) -> None:
    closed = many[many.state == "closed"]
    hours = (closed.closed_at - closed.reported_at).dt.total_seconds() / 3600
    median = hours.groupby(closed.level).median()
    assert median["grid"] < median["community"] < median["street"] < median["district"]
    assert (many.level[many.class_code == "0403"] != "grid").mean() > 0.9
    assert (many.level[many.class_code == "0102"] == "grid").mean() > 0.8


def test_events_go_to_a_worker_of_their_grid(sample: Sample, events: pd.DataFrame) -> None:
    grids, workers = sample.shapes("grids"), sample.table("workers")
    base = grids[grids.layer == "base"]
    tree = shapely.STRtree(base.geometry.to_numpy())
    point, grid = tree.query(shapely.points(events.lon, events.lat), predicate="intersects")
    found = pd.Series(base.code.to_numpy()[grid], index=point).groupby(level=0).min()
    assert len(found) == len(events)
    known = events.worker_code.notna()
    assert known.mean() > 0.95
    works = workers.set_index("code").grid_codes.str.split(";")
    at_home = [
        grid in works[worker]
        for grid, worker in zip(found[known], events.worker_code[known], strict=True)
    ]
    assert np.mean(at_home) > 0.999


def test_places_are_named(sample: Sample, events: pd.DataFrame) -> None:
    areas = sample.shapes("areas")
    communities = tuple(areas[areas.level == "community"].name)
    some = events.sample(200, random_state=3)
    assert all(any(name in text for name in communities) for text in some.address_text)
    for title, description in zip(some.title, some.description, strict=True):
        assert title in description
    assert events.address_text.str.contains("号门前").mean() > 0.15
    assert events.address_text.str.contains("近").mean() > 0.4
