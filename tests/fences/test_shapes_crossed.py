"""Fences with the shape of an area, and corridors: drawn over HTTP, crossed by what phones tell."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from gis_gov.days import utc_now
from tests.fences.walks import MORNING, told
from tests.patrols.test_patrols import ACROSS_M, ALONG_M, tell
from tests.registry.conftest import EAST
from tests.signed_in import Client
from tests.waiting import until

pytestmark = pytest.mark.anyio

LON, LAT = 113.12, 22.05
LINE = {"type": "LineString", "coordinates": [[113.11, LAT], [113.13, LAT]]}
SINCE = (utc_now() - timedelta(days=5)).isoformat()


def fix(after_s: float, lon: float, lat: float) -> dict[str, Any]:
    time = (MORNING + timedelta(seconds=after_s)).isoformat()
    return {"time": time, "lon": lon, "lat": lat, "accuracy_m": 5.0}


async def draw(client: Any, **fence: Any) -> None:
    answer = await client.post("/fences", json={"name": "围栏", "valid_from": SINCE, **fence})
    assert answer.status_code == 201, answer.text


async def crossings(url: str) -> list[tuple[str, str, float, float, float]]:
    """Kind and fence, when (s after MORNING) and where (degrees), once all was looked at."""
    with psycopg.connect(url, autocommit=True) as conn:
        await until(lambda: conn.execute("select from crossing_due limit 1").rowcount == 0)
    return [
        (kind, fence, (at - MORNING).total_seconds(), lon, lat)
        for _, fence, kind, at, _, _, lon, lat, _ in told(url)
    ]


async def test_an_area_is_entered_and_left(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await draw(commander, code="EAST", area=EAST)
    # 1 m/s from 300 m in the west to 300 m in the east, and back; the border is at 113.1.
    east_m = [*range(-300, 301, 20), *range(280, -301, -20)]
    fixes = [fix(20.0 * n, 113.1 + each / ACROSS_M, LAT) for n, each in enumerate(east_m)]
    await tell(gateway, fixes)
    enter, exit_ = await crossings(people_url)
    assert (enter[:2], exit_[:2]) == (("enter", "EAST"), ("exit", "EAST"))
    assert enter[2] == pytest.approx(300, abs=1)
    assert enter[3:] == pytest.approx((113.1, LAT), abs=1e-5)
    # Out at the edge of the hysteresis of 20 m.
    assert exit_[2] == pytest.approx(900 + 20, abs=1)
    assert exit_[3] == pytest.approx(113.1 - 20 / ACROSS_M, abs=1e-5)
    answer = await commander.get("/crossings", params={"fence": "EAST"})
    assert len(answer.json()["crossings"]) == 2


async def test_a_corridor_is_crossed_entered_and_left(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    tells = ["enter", "exit", "cross"]
    await draw(commander, code="DYKE", geometry=LINE, width_m=40, tells=tells)
    # First from 150 m in the south to 150 m in the north, at once; then back at a walk.
    north_m = [-150, 150, *range(130, -151, -10)]
    times_s = [0, 100, *(120 + 10 * n for n in range(len(north_m) - 2))]
    fixes = [
        fix(time_s, LON, LAT + each / ALONG_M)
        for time_s, each in zip(times_s, north_m, strict=True)
    ]
    # Past its end nothing is crossed.
    later_s = times_s[-1] + 600
    fixes += [
        fix(later_s + 100 * n, 113.1305, LAT + each / ALONG_M) for n, each in enumerate((-150, 150))
    ]
    await tell(gateway, fixes)
    found = await crossings(people_url)
    assert [(kind, fence) for kind, fence, *_ in found] == [
        ("cross", "DYKE"),
        ("enter", "DYKE"),
        ("exit", "DYKE"),
    ]
    cross, enter, exit_ = found
    # Half of the width lies on each side of the line.
    assert (cross[2], enter[2], exit_[2]) == (
        pytest.approx(130 / 3, abs=1),
        pytest.approx(120 + 110, abs=1),
        pytest.approx(120 + 130 + 40, abs=1),
    )
    # Of who passed it is told where he came out.
    passed, north, out = (each[4] for each in found)
    assert passed == pytest.approx(LAT + 20 / ALONG_M, abs=1e-5)
    assert north == pytest.approx(LAT + 20 / ALONG_M, abs=1e-5)
    assert out == pytest.approx(LAT - 40 / ALONG_M, abs=1e-5)
