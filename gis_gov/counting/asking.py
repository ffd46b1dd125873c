"""Who asks for counts, of heat maps and of statistics."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder, Recording
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState
from gis_gov.counting.threshold import Threshold, noise_key
from gis_gov.problems import InvalidRequest

Counter = Annotated[Actor, may(Permission.MAP_READ, Permission.COUNT)]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for counts, the threshold that may hold for him, and where it is recorded."""

    actor: Actor
    threshold: Threshold
    record: Recording


async def _asker(actor: Counter, state: AppState, record: Recorder) -> Asker:
    threshold = Threshold(noise_key(state.sealer), state.settings.k_threshold)
    return Asker(actor, threshold, record)


Asking = Annotated[Asker, Depends(_asker)]


class NoTime(InvalidRequest):
    """A time was asked for, but the things have none."""

    slug, title, status = "no-time", "These things have no time", 400
