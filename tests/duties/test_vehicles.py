"""Rounds of vehicles, as the API's own examples ask for them: each is a configuration."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from shapely import LineString, get_parts
from shapely.geometry import shape

from gis_gov.duties.examples import AMBULANCE_ROUND_SENT, MUCK_ROUND_SENT, WATER_ROUND_SENT
from tests.duties.conftest import (
    ALONG_M,
    RIVER_LAT,
    codes_of,
    days_ago,
    judged,
    patrol,
    place,
    rule,
    task_on,
    tasks,
    tell,
    walk,
)
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

Way = list[tuple[float, float]]
SITE, DUMP, PARKING = MUCK_STOPS = [(0.0, 0.0), (1500.0, 0.0), (1500.0, 900.0)]
ROAD: Way = [(0.0, 0.0), (1200.0, 0.0), (1200.0, 900.0)]
STATION, SCHOOL, HOME = (0.0, 0.0), (2000.0, 0.0), (2000.0, 1540.0)
TURN, BACK = (2000.0, 1500.0), (0.0, 1500.0)
"""Where the ambulance turns, 40 m before the home, and again for the station."""
LOOP: Way = [STATION, SCHOOL, TURN, BACK, STATION]
SEGMENT_M = 75.0
"""A road is covered by segments of this length."""
BESIDE_S = 30.0
"""So much of a slow way, on either side, goes with a fast one."""


def here(example: dict[str, Any], *stops: tuple[float, float]) -> dict[str, Any]:
    """An example with its places in the town of the tests, for the driver of its vehicle."""
    places = [place(*stop) for stop in stops]
    thing = example["object"]
    if thing["kind"] == "points":
        named = zip(thing["points"], places, strict=True)
        points = [{**each, "lon": lon, "lat": lat} for each, (lon, lat) in named]
        moved = {**thing, "points": points}
    else:
        line = {**thing["geometry"], "coordinates": [list(each) for each in places]}
        moved = {**thing, "geometry": line}
    return {**example, "area": "440199000000", "object": moved, "workers": ["W2"]}


class Driver:
    """Who goes rounds with the vehicle B7."""

    def __init__(self, gateway: Any, reader: Any) -> None:
        self._gateway, self._reader = gateway, reader

    async def goes(self, start: datetime, *legs: tuple[float, Way], rest_s: float = 0.0) -> Any:
        """Go ways, each at a pace and from where the one before ended; tell the judgement."""
        fixes = list[dict[str, Any]]()
        for pace_mps, way in legs:
            at = datetime.fromisoformat(fixes[-1]["time"]) if fixes else start
            gone = walk(at, way, pace_mps=pace_mps, rest_s=rest_s)
            fixes += gone[1:] if fixes else gone
        code = await patrol(self._gateway, "vehicle", fixes, "W2")
        await tell(self._gateway, fixes, "W2", "B7")
        return await judged(self._reader, code)


def last_working_day() -> datetime:
    """Eight o'clock of the last day before today from Monday to Friday."""
    return next(each for each in map(days_ago, range(1, 4)) if each.weekday() < 5)


async def test_a_muck_truck_comes_by_its_points_in_order_and_not_too_fast(
    signed_in: Client,
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(MUCK_ROUND_SENT, *MUCK_STOPS))
    driver = Driver(gateway, commander)
    fast = await driver.goes(days_ago(1, 6), (22, MUCK_STOPS), rest_s=60)
    assert codes_of(fast) == ["too_few_metres", "too_fast"]
    assert all(each["at"] for each in fast["points"])
    astray = await driver.goes(days_ago(1, 8), (8, [SITE, PARKING, DUMP]), rest_s=60)
    assert codes_of(astray) == ["points_out_of_order"]
    assert astray["reasons"][0]["told"] == [3]
    missing = await driver.goes(days_ago(1, 10), (8, [SITE, DUMP, SITE]), rest_s=60)
    assert codes_of(missing) == ["points_missed"]
    assert missing["reasons"][0]["told"] == [3]
    right = await driver.goes(days_ago(1, 12), (8, MUCK_STOPS), rest_s=60)
    assert (right["is_enough"], right["reasons"]) == (True, [])
    assert right["valid_mileage_m"] == pytest.approx(2400, rel=0.05)
    assert [each["at"] for each in right["points"]] == sorted(
        each["at"] for each in right["points"]
    )
    assert (await task_on(commander, days_ago(1).date(), rule="muck-truck"))["state"] == "done"


async def test_a_water_truck_waters_its_road_twice_each_working_day(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(WATER_ROUND_SENT, *ROAD))
    driver, day = Driver(gateway, commander), last_working_day()
    begun = {date_of(each) for each in await tasks(commander, rule="water-truck")}
    assert {each.weekday() for each in begun} == set(range(5))
    # It comes from its yard, and goes the way back to it as well.
    watered = [(-300.0, 0.0), *ROAD, (1200.0, 0.0), (-300.0, 0.0)]
    first = await driver.goes(day, (5, watered))
    assert (first["is_enough"], first["reasons"], first["missed"]) == (True, [], None)
    assert (first["coverage"], first["task_reasons"]) == (1.0, [])
    assert first["duration_s"] == pytest.approx(2 * 2400 / 5, rel=0.02)
    soon = await driver.goes(day + timedelta(hours=2), (5, ROAD))
    assert (soon["is_enough"], soon["task"], codes_of(soon, "task_reasons")) == (
        True,
        None,
        ["too_soon"],
    )
    assert soon["task_reasons"][0]["told"] == pytest.approx(2 - 2 * 2400 / 5 / 3600, abs=0.02)
    late = await driver.goes(day + timedelta(hours=5), (5, ROAD))
    done = await tasks(commander, rule="water-truck", state="done")
    assert {each["patrol"] for each in done} == {first["patrol"], late["patrol"]}
    assert {date_of(each) for each in done} == {day.date()}


async def test_a_water_truck_that_turns_back_has_missed_the_rest_of_its_road(
    signed_in: Client,
) -> None:
    """Of 2,100 m it goes 1,500 m."""
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(WATER_ROUND_SENT, *ROAD))
    driver, day = Driver(gateway, commander), last_working_day()
    found = await driver.goes(day, (5, [*ROAD[:2], (1200.0, 300.0), *ROAD[1::-1]]))
    assert codes_of(found) == ["too_little_covered"]
    # A segment is covered that is touched, by its end, too.
    more = (SEGMENT_M + WATER_ROUND_SENT["radius_m"]) / 2100
    assert 1500 / 2100 - 0.01 <= found["coverage"] <= 1500 / 2100 + more
    assert found["reasons"][0]["told"] == pytest.approx(found["coverage"], abs=0.001)
    assert found["reasons"][0]["wanted"] == 0.9
    begins_m, ends_m = missed_north_m(found)
    assert 300 - 5 <= begins_m <= 300 + more * 2100
    assert ends_m == pytest.approx(900, abs=1)
    west, _, east, _ = shape(found["missed"]).bounds
    assert (west, east) == pytest.approx((place(1200)[0],) * 2, abs=1e-6)
    assert (await task_on(commander, day.date(), rule="water-truck"))["state"] != "done"


async def test_what_a_water_truck_rushes_by_is_not_watered(signed_in: Client) -> None:
    """1,200 m at 18 km/h, and 900 m at 36, where 20 are allowed."""
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(WATER_ROUND_SENT, *ROAD))
    driver, day = Driver(gateway, commander), last_working_day()
    found = await driver.goes(day, (5, ROAD[:2]), (10, ROAD[1:]))
    assert codes_of(found) == ["too_little_covered", "too_fast"]
    beside_m = BESIDE_S * 5
    more = (SEGMENT_M + WATER_ROUND_SENT["radius_m"]) / 2100
    assert (1200 - beside_m) / 2100 - 0.01 <= found["coverage"] <= 1200 / 2100 + more
    assert 900 * 0.95 <= found["reasons"][1]["told"] <= (900 + beside_m) * 1.05
    begins_m, ends_m = missed_north_m(found)
    assert -1 <= begins_m <= more * 2100
    assert ends_m == pytest.approx(900, abs=1)
    slow = await driver.goes(day + timedelta(hours=2), (5, ROAD))
    assert (slow["is_enough"], slow["coverage"]) == (True, 1.0)


async def test_a_water_truck_in_the_street_beside_waters_nothing_of_its_road(
    signed_in: Client,
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(WATER_ROUND_SENT, *ROAD))
    driver = Driver(gateway, commander)
    beside = [(0.0, -60.0), (1260.0, -60.0), (1260.0, 900.0)]
    found = await driver.goes(last_working_day(), (5, beside))
    assert codes_of(found) == ["too_little_covered", "not_there"]
    assert found["coverage"] == 0
    whole = LineString([place(*stop) for stop in ROAD])
    assert shape(found["missed"]).bounds == pytest.approx(whole.bounds, abs=1e-6)
    assert shape(found["missed"]).length == pytest.approx(whole.length, rel=1e-3)


async def test_an_ambulance_goes_its_round_in_order(signed_in: Client) -> None:
    """A loop of 7 km that begins and ends at the station."""
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(AMBULANCE_ROUND_SENT, STATION, SCHOOL, HOME, STATION))
    driver, start = Driver(gateway, commander), days_ago(1)
    found = await driver.goes(start, (10, LOOP))
    assert (found["is_enough"], found["reasons"], found["task_reasons"]) == (True, [], [])
    assert found["valid_mileage_m"] == pytest.approx(7000, rel=0.03)
    # A point is reached 60 m before it; so is the home, which is 20 m before the turn.
    after_s = [0, (2000 - 60) / 10, (3500 - 20) / 10, (7000 - 60) / 10]
    reached_s = [
        (datetime.fromisoformat(each["at"]) - start).total_seconds() for each in found["points"]
    ]
    assert reached_s == pytest.approx(after_s, abs=2)
    task = await task_on(commander, start.date(), rule="ambulance")
    assert (task["state"], task["patrol"]) == ("done", found["patrol"])


async def test_an_ambulance_that_leaves_out_a_point_or_the_order_is_told_which(
    signed_in: Client,
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(AMBULANCE_ROUND_SENT, STATION, SCHOOL, HOME, STATION))
    driver = Driver(gateway, commander)
    passing = [STATION, SCHOOL, (2000.0, 1400.0), (0.0, 1400.0), STATION]
    missing = await driver.goes(days_ago(1, 6), (10, passing))
    assert codes_of(missing) == ["points_missed"]
    assert missing["reasons"][0]["told"] == [3]
    assert [bool(each["at"]) for each in missing["points"]] == [True, True, False, True]
    astray = await driver.goes(days_ago(1, 8), (10, LOOP[::-1]))
    assert codes_of(astray) == ["points_out_of_order"]
    assert astray["reasons"][0]["told"] == [3]
    # Who does not come back was at the station, but not after the home.
    staying = await driver.goes(days_ago(1, 10), (10, [STATION, SCHOOL, TURN, BACK, TURN]))
    assert codes_of(staying) == ["points_out_of_order"]
    assert staying["reasons"][0]["told"] == [4]
    task = await task_on(commander, days_ago(1).date(), rule="ambulance")
    assert (task["state"], task["patrol"]) == ("overdue", None)


async def test_an_ambulance_on_its_round_keeps_to_the_speed(signed_in: Client) -> None:
    """Of 7,000 m it goes 2,000 at 90 km/h, where 60 are allowed: at most 5,000 are left."""
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **here(AMBULANCE_ROUND_SENT, STATION, SCHOOL, HOME, STATION))
    driver = Driver(gateway, commander)
    found = await driver.goes(days_ago(1), (10, LOOP[:3]), (25, LOOP[2:4]), (10, LOOP[3:]))
    assert codes_of(found) == ["too_few_metres", "too_fast"]
    few, fast = found["reasons"]
    beside_m = 2 * BESIDE_S * 10
    assert (5000 - beside_m) * 0.97 <= few["told"] <= 5000 * 1.03
    assert few["wanted"] == 6000
    assert 2000 * 0.97 <= fast["told"] <= (2000 + beside_m) * 1.03
    assert all(each["at"] for each in found["points"])


def missed_north_m(found: dict[str, Any]) -> tuple[float, float]:
    """Tell from where to where on the road's northern leg the northernmost missed part goes."""
    parts = get_parts(shape(found["missed"]))
    _, south, _, north = max((part.bounds for part in parts), key=lambda each: each[3])
    return (south - RIVER_LAT) * ALONG_M, (north - RIVER_LAT) * ALONG_M


def date_of(task: dict[str, Any]) -> date:
    """The day of a daily task."""
    return date.fromisoformat(task["begins_on"])
