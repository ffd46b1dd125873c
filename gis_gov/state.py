"""What one server process keeps while it runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from fastapi import FastAPI

from gis_gov.apart import Apart
from gis_gov.changes.feed import ChangeFeed
from gis_gov.db.notify import Listener
from gis_gov.db.pool import Pool
from gis_gov.finishing import Finishing
from gis_gov.settings import Settings

if TYPE_CHECKING:  # a feature's part of the state is the feature's own
    from gis_gov.access.audit import AuditLog
    from gis_gov.access.memory import ActorMemory
    from gis_gov.access.passwords import Passwords
    from gis_gov.access.sealing import Sealer
    from gis_gov.accounts.oidc_provider import OidcProvider
    from gis_gov.areas.place_memory import PlaceMemory
    from gis_gov.counting.answers import AnswerMemory
    from gis_gov.counting.timed_cells import TimedCells
    from gis_gov.live.hub import LiveHub
    from gis_gov.patrols.ground_memory import GroundMemory
    from gis_gov.patrols.movers import Movers
    from gis_gov.patrols.shifts.memory import ShiftMemory
    from gis_gov.patrols.taking import Intake
    from gis_gov.patrols.task_sums import SumTasks
    from gis_gov.resources.memory import ResourceMemory
    from gis_gov.statistics.measure_memory import MeasureMemory
    from gis_gov.tiles.memory import TileMemory


@dataclass(frozen=True, slots=True)
class State:
    """The settings and the open things of a process, made by the lifespan."""

    settings: Settings
    pool: Pool
    listener: Listener
    places: "PlaceMemory"
    actors: "ActorMemory"
    sealer: "Sealer"
    audit: "AuditLog"
    passwords: "Passwords"
    finishing: Finishing
    apart: Apart
    oidc: "OidcProvider | None"
    changes: ChangeFeed
    live: "LiveHub"
    tiles: "TileMemory"
    resources: "ResourceMemory"
    answers: "AnswerMemory"
    measures: "MeasureMemory"
    timed_cells: "TimedCells"
    movers: "Movers"
    shifts: "ShiftMemory"
    grounds: "GroundMemory"
    intake: "Intake"
    sum_tasks: "SumTasks"


def state_of(app: FastAPI) -> State:
    """Return the state of a running application."""
    return cast("State", app.state.gis_gov)
