"""What is around an event, and who answers for it."""

import asyncio
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Path

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, GeoJsonResponse
from gis_gov.cql.problems import InvalidFilter
from gis_gov.geo.surroundings import Surroundings, UnfitShape
from gis_gov.natural_key import WithSlashes
from gis_gov.openapi import problems
from gis_gov.problems import Conflict, InvalidRequest, NotFound
from gis_gov.resources import queries, service
from gis_gov.resources.on_record import people_told_of, vulnerable_entry
from gis_gov.resources.schemas import NearbyEvent
from gis_gov.resources.selecting import SelectedOfEvent, UnknownKind
from gis_gov.resources.vulnerable import count_vulnerable
from gis_gov.state import State

router = APIRouter(tags=["resources"])


class EventWithoutPlace(Conflict):
    """Nobody told where the event is, so nothing is near it."""

    slug, title, status = "event-without-place", "It is not known where the event is", 409


EventReader = Annotated[Actor, may(Permission.MAP_READ, Permission.EVENT_READ)]
Code = Annotated[
    str,
    Path(max_length=255, description="Natural key", examples=["99010120250101000001"]),
    WithSlashes,
]


@router.get(
    "/events/{code}/nearby",
    summary="What is around an event, and who answers for it",
    response_model=NearbyEvent,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, InvalidFilter, UnknownKind, NotFound, EventWithoutPlace),
)
async def around_event(
    record: Recorder,
    state: AppState,
    actor: EventReader,
    code: Code,
    selection: SelectedOfEvent,
) -> GeoJsonResponse:
    """Answer as `GET /nearby` does for the event's point, with the event and who answers for it.

    That is the grid that it belonged to on its day, the areas above, and the workers of that grid
    of whom you may know. `seen_by` are the cameras that see the event, however far they are.

    Unless it is asked otherwise, the features are the 10 nearest of each kind that you may see
    within 1000 m, enterprises of high risk among them, and the vulnerable persons there are counted
    for who may know each of them.
    """
    event, lon, lat = await _event(state, actor, code)
    try:
        around = await asyncio.to_thread(Surroundings, shapely.Point(lon, lat))
    except UnfitShape as error:
        raise InvalidRequest(f"Nothing is looked for around the event: {error}.") from None
    memory, pool = state.resources, state.pool
    responsible = asyncio.create_task(_responsible(state, actor, event))
    found = asyncio.create_task(service.find_around_point(lon, lat, selection, actor, memory, pool))
    seen_by = counted = None
    if actor.may(Permission.RESOURCE_READ):
        seen_by = asyncio.create_task(service.find_seeing(around, actor, memory, pool))
    if selection.vulnerable and selection.radius_m is not None:
        counted = asyncio.create_task(count_vulnerable(around, selection.radius_m, actor, pool))
    await _all_done(responsible, found, seen_by, counted)
    entries: list[Entry] = []
    if people_told_of(selection, [responsible.result()]):
        detail = {"kinds": selection.kinds}
        entries.append(Entry("nearby.read", "ok", "event", event.code, detail=detail))
    if counted is not None and counted.result() is not None:
        entries.append(vulnerable_entry(around, selection))
    await _all_done(*(asyncio.create_task(record(entry)) for entry in entries))
    told = {
        **found.result(),
        "event": {"code": event.code, "title": event.title, "state": event.state},
        "responsible": responsible.result(),
        "seen_by": None if seen_by is None else seen_by.result(),
    }
    if counted is not None:
        told["vulnerable_persons"] = counted.result()
    return GeoJsonResponse(told)


async def _event(state: State, actor: Actor, code: str) -> tuple[queries.EventPlace, float, float]:
    """Return an event and where it is.

    Raises:
        NotFound: there is none that he may see.
        EventWithoutPlace: it is nowhere.

    """
    event = None
    if "\0" not in code:
        async with state.pool.connection(actor.scope) as conn:
            event = await queries.read_event_place(conn, actor, code)
    if event is None:
        raise NotFound("There is no such event, or it is not yours to see.")
    if event.lon is None or event.lat is None:
        raise EventWithoutPlace("Give the event a place first.")
    return event, event.lon, event.lat


async def _responsible(state: State, actor: Actor, event: queries.EventPlace) -> dict[str, Any]:
    """Tell who answers for an event."""
    place = [(event.grid_id, event.area_id)]
    async with state.pool.connection(actor.scope) as conn:
        (found,) = await queries.read_responsible(conn, actor, place)
    return service.tell_responsible(found)


async def _all_done(*asked: asyncio.Task[Any] | None) -> None:
    """Wait for what is asked at once; what fails ends the others, and is raised."""
    # No TaskGroup: in Python 3.11 it leaves a cancellation behind in the task that waits.
    tasks = [task for task in asked if task is not None]
    if not tasks:
        return
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        left = [task for task in tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
    failures = [task.exception() for task in tasks if not task.cancelled()]
    for failure in failures:
        if failure is not None:
            raise failure
