"""What a server process holds while it serves: its state, and who keeps that up to date."""

from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from gis_gov.access.anchor import anchors_of
from gis_gov.access.audit import AuditLog
from gis_gov.access.key_register import CHANNEL, admit_server
from gis_gov.access.keyring import load_sealer
from gis_gov.access.memory import ActorMemory
from gis_gov.access.passwords import Passwords
from gis_gov.access.sealing import Sealer
from gis_gov.accounts.oidc_provider import provider_of
from gis_gov.apart import Apart
from gis_gov.areas.place_memory import PlaceMemory
from gis_gov.body import MEGABYTE
from gis_gov.changes.count_version import CountVersion
from gis_gov.changes.feed import CHANNEL as CHANGES
from gis_gov.changes.feed import ChangeFeed
from gis_gov.changes.movement import CHANNEL as MOVED_AT
from gis_gov.changes.movement import Movement
from gis_gov.counting.answers import AnswerMemory
from gis_gov.counting.timed_cells import TimedCells
from gis_gov.db.cells import CellFiller
from gis_gov.db.hexagons import CHANNEL as HEXAGONS
from gis_gov.db.hexagons import HexagonFiller
from gis_gov.db.notify import Listener
from gis_gov.db.pool import Pool
from gis_gov.duties.duty_keeper import DutyKeeper
from gis_gov.duties.service import sum_tasks
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.finishing import Finishing
from gis_gov.live.hub import LiveHub
from gis_gov.live.whereabouts import CHANNEL as MOVED
from gis_gov.patrols.ground_memory import GroundMemory
from gis_gov.patrols.line_keeper import LineKeeper
from gis_gov.patrols.movers import CHANNEL as MOVERS
from gis_gov.patrols.movers import Movers
from gis_gov.patrols.patrol_keeper import PatrolKeeper
from gis_gov.patrols.retention_keeper import RetentionKeeper
from gis_gov.patrols.shifts.keeper import ShiftKeeper
from gis_gov.patrols.shifts.memory import CHANNEL as SHIFTS
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.patrols.taking import Intake
from gis_gov.resources.memory import ResourceMemory
from gis_gov.settings import Settings
from gis_gov.state import State
from gis_gov.statistics.measure_memory import MeasureMemory
from gis_gov.tiles.memory import TileMemory
from gis_gov.warming import warm

_MEASURES_SHARE: Final = 0.25
"""The share of the memory for answers that is for the measures of which they are made."""


@dataclass(frozen=True, slots=True)
class _Memories:
    """What is read once, and anew when the database tells that it is otherwise."""

    places: PlaceMemory
    actors: ActorMemory
    changes: ChangeFeed
    movement: Movement
    resources: ResourceMemory
    live: LiveHub
    movers: Movers
    shifts: ShiftMemory


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[State]:
    """Open what a process works with, and close it at the end.

    Raises:
        ValueError: `settings.database_url` is not set.

    """
    url = settings.served_url
    if url is None:
        raise ValueError("settings.database_url is not set")
    sealer = load_sealer(settings)
    pool = Pool(url, settings)
    listener = Listener(url)
    known = _memories(pool, listener, sealer, settings)
    _listen(listener, pool, sealer, known)
    await admit_server(url, sealer)
    async with (
        pool,
        AuditLog(url, settings, anchors_of(settings, sealer)) as audit,
        provider_of(settings) as provider,
        Finishing() as finishing,
        Apart(settings.statement_timeout_s) as apart,
    ):
        counted = CountVersion(pool, listener.session)
        answers_bytes = int(settings.answer_memory_mb * MEGABYTE)
        measures_bytes = int(answers_bytes * _MEASURES_SHARE)
        yield State(
            settings=settings,
            pool=pool,
            listener=listener,
            places=known.places,
            actors=known.actors,
            sealer=sealer,
            audit=audit,
            passwords=Passwords(),
            finishing=finishing,
            apart=apart,
            oidc=provider,
            changes=known.changes,
            live=known.live,
            resources=known.resources,
            tiles=TileMemory(
                known.changes, known.movement, int(settings.tile_memory_mb * MEGABYTE)
            ),
            answers=AnswerMemory(counted, answers_bytes - measures_bytes),
            measures=MeasureMemory(pool, counted, measures_bytes),
            timed_cells=TimedCells(pool),
            movers=known.movers,
            shifts=known.shifts,
            grounds=GroundMemory(),
            intake=Intake(pool, known.places.newest, known.shifts),
            sum_tasks=sum_tasks,
        )


def keepers_of(state: State) -> Sequence[Coroutine[Any, Any, None]]:
    """List what runs as long as the process serves."""
    pool, settings = state.pool, state.settings
    fences = KnownFences(settings.positions_kept_days)
    return (
        state.places.run(),
        state.listener.run(),
        state.changes.run(),
        state.resources.run(),
        LineKeeper(pool).run(),
        state.intake.run(),
        state.live.whereabouts.run(),
        PatrolKeeper(pool, settings.patrols_after_s).run(),
        RetentionKeeper(pool, settings).run(),
        ShiftKeeper(pool, state.shifts, state.movers).run(),
        CrossingKeeper(pool, fences).run(),
        AlarmKeeper(pool, fences, state.shifts).run(),
        DutyKeeper(pool, settings.positions_kept_days).run(),
        warm(),
    )


def _memories(pool: Pool, listener: Listener, sealer: Sealer, settings: Settings) -> _Memories:
    actors = ActorMemory(pool, listener.session, settings)
    changes = ChangeFeed(pool, settings.changes_kept_h, listener.session)
    # Before the streams: who hears of something, and asks for it, must not get what was before.
    places = PlaceMemory(pool, listener.session)
    changes.subscribe(places.follow)
    resources = ResourceMemory(pool, changes)
    changes.subscribe(resources.follow)
    live = LiveHub(changes, pool, listener.session, sealer, settings)
    actors.subscribe(live.doubt)
    return _Memories(
        places,
        actors,
        changes,
        Movement(pool, listener.session),
        resources,
        live,
        Movers(pool, listener.session),
        ShiftMemory(pool, listener.session, unless_told=settings.on_shift_unless_told),
    )


def _listen(listener: Listener, pool: Pool, sealer: Sealer, known: _Memories) -> None:
    """Hand on what the database tells, to each in this order."""
    whereabouts = known.live.whereabouts
    for channel, handler in (
        ("access", known.actors.hear),
        (CHANNEL, sealer.hear),
        ("boundaries", known.places.hear),
        ("boundaries", known.actors.forget),
        ("boundaries", whereabouts.hear_all),
        ("cell_missing", CellFiller(pool)),
        (HEXAGONS, HexagonFiller(pool)),
        (CHANGES, known.changes.hear),
        (MOVED, whereabouts.hear),
        (MOVED_AT, known.movement.hear),
        (MOVERS, known.movers.hear),
        (MOVERS, whereabouts.hear_all),
        (SHIFTS, known.shifts.hear),
    ):
        listener.on(channel, handler)
