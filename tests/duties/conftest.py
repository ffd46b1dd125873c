"""Two communities with a worker each, clients with rights, and walks along a river."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import numpy as np

from gis_gov.days import LOCAL, today
from gis_gov.geo.measure import metres_per_degree
from tests.patrols.conftest import people_url, running, signed_in

__all__ = ["people_url", "running", "signed_in"]

STEP_S, PACE_MPS = 10.0, 1.2
RIVER_LON, RIVER_LAT = 113.11, 22.05
ACROSS_M, ALONG_M = (float(each) for each in metres_per_degree(np.array(RIVER_LAT)))


def days_ago(days: int, hour: int = 8) -> datetime:
    """An hour of a day before today."""
    day = today() - timedelta(days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL)


def river(length_m: float) -> dict[str, Any]:
    """A straight river to the east."""
    ends = [[RIVER_LON, RIVER_LAT], [RIVER_LON + length_m / ACROSS_M, RIVER_LAT]]
    return {"type": "LineString", "coordinates": ends}


def place(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    """A place as seen from where the river begins."""
    return RIVER_LON + east_m / ACROSS_M, RIVER_LAT + north_m / ALONG_M


def walk(
    start: datetime,
    stops: Sequence[tuple[float, float]],
    *,
    pace_mps: float = PACE_MPS,
    rest_s: float = 0.0,
    seed: int = 1,
) -> list[dict[str, Any]]:
    """A walk past places (metres from where the river begins), resting at each, with noise."""
    # Noise never repeats, at whatever time one walks; and is no other tomorrow.
    chance = random.Random(f"{start - days_ago(0)}{seed}")  # noqa: S311 - no secret
    at_s, found = 0.0, [(0.0, *stops[0])]
    for (east, north), (to_east, to_north) in zip(stops, [*stops[1:], stops[-1]], strict=True):
        rests = round(rest_s / STEP_S)
        steps = round(np.hypot(to_east - east, to_north - north) / pace_mps / STEP_S)
        legs = [(east, north)] * rests + [
            (east + (to_east - east) * n / steps, north + (to_north - north) * n / steps)
            for n in range(1, steps + 1)
        ]
        for each in legs:
            at_s += STEP_S
            found.append((at_s, *each))
    fixes = list[dict[str, Any]]()
    for at_s, east, north in found:
        lon, lat = place(east + chance.gauss(0, 2), north + chance.gauss(0, 2))
        time = (start + timedelta(seconds=at_s)).isoformat()
        fixes.append({"time": time, "lon": lon, "lat": lat, "accuracy_m": 6.0})
    return fixes


async def tell(
    client: httpx.AsyncClient, fixes: Sequence[Any], worker: str = "W1", device: str | None = None
) -> None:
    """Send positions."""
    body: dict[str, Any] = {"worker": worker, "positions": list(fixes)}
    answer = await client.post("/positions", json=body | ({"device": device} if device else {}))
    assert answer.status_code == 200, answer.text
    assert not answer.json()["refused"], answer.text


async def patrol(
    client: httpx.AsyncClient, kind: str, fixes: Sequence[Any], worker: str = "W1"
) -> str:
    """Start a patrol at the first of some fixes and stop it at the last; send none of them."""
    sent = {"worker": worker, "kind": kind, "begins_at": fixes[0]["time"]}
    answer = await client.post("/patrols", json=sent)
    assert answer.status_code == 201, answer.text
    code = answer.json()["code"]
    answer = await client.post(f"/patrols/{code}/stop", json={"ends_at": fixes[-1]["time"]})
    assert answer.status_code == 200, answer.text
    return code


async def walked(
    client: httpx.AsyncClient, kind: str, fixes: Sequence[Any], worker: str = "W1"
) -> str:
    """Go on a patrol of a kind."""
    code = await patrol(client, kind, fixes, worker)
    await tell(client, fixes, worker)
    return code


async def rule(client: httpx.AsyncClient, **terms: Any) -> dict[str, Any]:
    """Make a rule that has been valid for a month."""
    sent = {"name": "规则", "valid_from": (today() - timedelta(62)).isoformat(), **terms}
    answer = await client.post("/rules", json=sent)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def tasks(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    """List tasks."""
    answer = await client.get("/tasks", params={"limit": 1000, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()["tasks"]


async def task_on(client: httpx.AsyncClient, day: date, **asked: str) -> dict[str, Any]:
    """Return the first task whose period holds a day."""
    return next(
        each
        for each in await tasks(client, **asked)
        if each["begins_on"] <= day.isoformat() <= each["ends_on"]
    )


async def judged(client: httpx.AsyncClient, code: str, rule: str | None = None) -> dict[str, Any]:
    """Return how a patrol was judged by a rule, or by the only one."""
    answer = await client.get(f"/patrols/{code}/judgements")
    assert answer.status_code == 200, answer.text
    found = answer.json()["judgements"]
    if rule is not None:
        found = [each for each in found if each["rule"]["code"] == rule]
    (one,) = found
    return one


def codes_of(judgement: dict[str, Any], name: str = "reasons") -> list[str]:
    """List the codes of the reasons."""
    return [each["code"] for each in judgement[name]]
