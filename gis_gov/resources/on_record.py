"""What an answer tells of people, and that it is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recording
from gis_gov.access.entry import Entry
from gis_gov.geo.surroundings import Surroundings
from gis_gov.resources.picking import is_personal
from gis_gov.resources.sought import Selection
from gis_gov.resources.vulnerable import count_vulnerable
from gis_gov.state import State


def people_told_of(
    selection: Selection, answering: Sequence[Mapping[str, Any]] | None
) -> str | None:
    """Return of whom an answer tells, for the record; a filter may find out who works where."""
    if "worker" in selection.kinds or any(each["workers"] for each in answering or ()):
        return "worker"
    return "enterprise" if selection.conditions and is_personal(selection.kinds) else None


async def vulnerable_on_record(
    record: Recording, state: State, actor: Actor, around: Surroundings, selection: Selection
) -> dict[str, object]:
    """Return what is to be added to the answer of the vulnerable persons, on record if told."""
    if not selection.vulnerable or selection.radius_m is None:
        return {}
    counted = await count_vulnerable(around, selection.radius_m, actor, state.pool)
    if counted is not None:
        await record(vulnerable_entry(around, selection))
    return {"vulnerable_persons": counted}


def vulnerable_entry(around: Surroundings, selection: Selection) -> Entry:
    """Return what is recorded where it is told how many vulnerable persons live around a shape."""
    box = [round(degrees, 5) for degrees in around.shape.bounds]
    where = {"bbox": box, "radius": selection.radius_m}
    return Entry("nearby.read", "ok", "persons", detail=where)
