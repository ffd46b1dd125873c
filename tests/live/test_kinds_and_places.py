"""Whatever is followed is told of in its area, grid or box, also to who comes back: no more."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest

from tests.live.conftest import EAST_POINT, WEST_POINT, Servers
from tests.live.listening import Message, listening
from tests.live.test_positions import PUT
from tests.registry.conftest import EAST

pytestmark = pytest.mark.anyio

Point = tuple[float, float]

NUMBERS: Final = itertools.count(1)
RESOURCE = """
    insert into resource (code, kind, name, geom)
    values ('kp' || %s, 'poi', 'x', st_point(%s, %s, 4490))
"""
CROSSING = """
    insert into crossing (
        worker_id, fence_id, version_id, hour_at, kind, at, known_at, is_told, geom, area_id,
        grid_id
    )
    select 9003, f.id, f.id, now(), 'enter', now(), now(), true, p.geom, w.area_id, w.grid_id
    from fence as f cross join st_point(%s, %s, 4490) as p (geom) cross join place_of(p.geom) as w
"""
ALARM = """
    insert into alarm (kind, worker_id, since, last_at, closed_at, geom, area_id, grid_id)
    select 'sos', 9003, now(), now(), now() + interval '1 hour', p.geom, w.area_id, w.grid_id
    from st_point(%s, %s, 4490) as p (geom) cross join place_of(p.geom) as w
"""
PLACES: Final = {
    "area": {"within": EAST},
    "grid": {"within": f"{EAST}101"},
    "box": {"bbox": "113.14,22.04,113.16,22.06"},
}


@pytest.fixture(autouse=True)
def followed(servers: Servers) -> Iterator[None]:
    """A worker, and a fence of both communities."""
    servers.execute("insert into worker (id, code, name, area_id) values (9003, 'L3', '陈', 1)")
    servers.execute(
        "insert into fence (code, name, geom) values"
        " ('LF3', 'both', st_makeenvelope(113, 22, 113.2, 22.1, 4490))"
    )
    yield
    for table in ("position", "last_position", "alarm", "fence", "event"):
        servers.execute(f"delete from {table}")  # noqa: S608 - no value
    servers.execute("delete from resource where code like 'kp%'")
    servers.execute("delete from worker where id = 9003")


def put_event(servers: Servers, at: Point) -> None:
    servers.add_event(f"kp{next(NUMBERS)}", at)


def put_position(servers: Servers, at: Point) -> None:
    told_at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=next(NUMBERS))
    servers.execute(PUT, "d9003", told_at, 9003, *at)


WRITTEN: Final[dict[str, Callable[[Servers, Point], object]]] = {
    "event": put_event,
    "resource": lambda servers, at: servers.execute(RESOURCE, next(NUMBERS), *at),
    "position": put_position,
    "crossing": lambda servers, at: servers.execute(CROSSING, *at),
    "alarm": lambda servers, at: servers.execute(ALARM, *at),
    "tiles": put_event,
}
"""What lets each kind be told of."""


def points_of(messages: list[Message]) -> set[Point]:
    """Tell where everything was that was told."""
    found = set[Point]()
    for each in messages:
        told = each.data.get("positions", [each.data])
        found |= {(one["lon"], one["lat"]) for one in told if one.get("lon") is not None}
        if each.name in ("change", "tiles"):
            west, south, _, _ = each.data["bbox"]
            found.add((west, south))
    return found


def beside(point: Point) -> Point:
    """Return a place nearby where nothing was before: of that which was, the end is told, too."""
    return round(point[0] + next(NUMBERS) * 1e-6, 7), point[1]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", WRITTEN)
async def test_it_is_told_where_it_is_followed(
    servers: Servers, commander: httpx.AsyncClient, kind: str, place: str
) -> None:
    east, west = beside(EAST_POINT), beside(WEST_POINT)
    async with (
        listening(commander, kinds=kind, **PLACES[place]) as heard,
        listening(commander, kinds=kind) as everywhere,
    ):
        WRITTEN[kind](servers, west)
        await everywhere.until(lambda: west in points_of(everywhere.messages))
        WRITTEN[kind](servers, east)
        await heard.until(lambda: east in points_of(heard.messages))
        assert west not in points_of(heard.messages)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", WRITTEN)
async def test_who_comes_back_is_told_what_was_there_meanwhile(
    servers: Servers, commander: httpx.AsyncClient, kind: str, place: str
) -> None:
    """Of ways nothing but where everybody is now."""
    east, west = beside(EAST_POINT), beside(WEST_POINT)
    async with listening(commander, kinds=kind, **PLACES[place]) as heard:
        mark = heard.id
    async with listening(commander, kinds=kind) as everywhere:
        for point in (west, east):
            WRITTEN[kind](servers, point)
            await everywhere.until(lambda at=point: at in points_of(everywhere.messages))
    async with listening(commander, mark, kinds=kind, **PLACES[place]) as heard:
        await heard.until(lambda: east in points_of(heard.messages))
        assert west not in points_of(heard.messages)
        assert "reset" not in heard.names()
