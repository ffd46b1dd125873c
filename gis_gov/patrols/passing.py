"""Who passed a place: workers, and devices that nobody carries, each time that they were there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.around import bbox_around_box
from gis_gov.geo.bbox import BBox
from gis_gov.geo.track.passing import LEAP_M, Ground, Passage, cut
from gis_gov.patrols.passing_queries import Row, WorkerTold, by_mover, read_near, read_workers
from gis_gov.problems import InvalidRequest

FIXES_MAX: Final = 500_000
"""So many are looked at; whoever asks for more asks for a shorter time."""
_TURNS: Final = {1: "to_left", -1: "to_right", 0: None}


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody who passed, and when; exactly one of `worker_id` and `device` tells who."""

    worker_id: int | None
    devices: tuple[str, ...]
    passages: tuple[Passage, ...]


async def who_passed(
    conn: AsyncConnection[Any],
    shape: BaseGeometry,
    radius_m: float,
    since: datetime,
    until: datetime,
) -> list[dict[str, Any]]:
    """Tell who was in a shape (EPSG:4490), within a radius of it, or crossed it if it is a line.

    Raises:
        InvalidRequest: it would take too many fixes.

    """
    # A leg that meets the shape has an end no further from it than half of the longest one.
    box = bbox_around_box(BBox(*shape.bounds), radius_m + LEAP_M / 2)
    rows = await read_near(conn, box, since, until, FIXES_MAX + 1)
    if len(rows) > FIXES_MAX:
        raise InvalidRequest.at(
            "query.datetime",
            f"has more than {FIXES_MAX:,} fixes around there; ask for a shorter time",
        )
    passed = await asyncio.to_thread(_passed, shape, radius_m, rows, since, until)
    workers = await read_workers(conn, {each.worker_id for each in passed if each.worker_id})
    told = [
        _told(each, workers.get(each.worker_id or 0))
        for each in passed
        if each.worker_id is None or each.worker_id in workers
    ]
    return sorted(told, key=lambda each: each["first_at"])


def _passed(
    shape: BaseGeometry, radius_m: float, rows: Sequence[Row], since: datetime, until: datetime
) -> list[Passed]:
    ground = Ground(shape, radius_m)
    found: list[Passed] = []
    for mover in by_mover(rows):
        passages = [each for fixes, _ in mover.pieces for each in ground.passages(fixes)]
        passages = cut(passages, since.timestamp(), until.timestamp())
        if passages:
            devices = dict.fromkeys(each for _, names in mover.pieces for each in names)
            found.append(Passed(mover.worker_id, tuple(devices), tuple(passages)))
    return found


def _told(passed: Passed, worker: WorkerTold | None) -> dict[str, Any]:
    passages = passed.passages
    return {
        "worker": worker and {"code": worker.code, "name": worker.name, "kind": worker.kind},
        "devices": passed.devices,
        "first_at": _moment(passages[0].begin_s),
        "last_at": _moment(max(each.end_s for each in passages)),
        "fixes": sum(each.fixes for each in passages),
        "closest_m": min(round(each.closest_m, 2) for each in passages),
        "passages": [
            {
                "begins_at": _moment(each.begin_s),
                "ends_at": _moment(each.end_s),
                "closest_at": _moment(each.closest_s),
                "closest_m": round(each.closest_m, 2),
                "fixes": each.fixes,
                "direction": _TURNS[each.turn],
            }
            for each in passages
        ],
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds, 3), UTC)
