"""Measures told from memory where they were not written since, and questions read together.

What a question adds up is kept by measure, so that another one, for another time or with other
measures, reads but what it alone asks for. Who asks while others read shares the next reading: that
is of one state of the database, and counts the events of all the times that are waited for.
"""

import asyncio
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Final

from sqlalchemy import func, select

from gis_gov.changes.count_version import CountVersion
from gis_gov.counting.answers import kinds_of, rights_of
from gis_gov.counting.by_time import ByTime
from gis_gov.counting.threshold import Threshold
from gis_gov.counting.version_memory import VersionMemory
from gis_gov.db.pool import Pool
from gis_gov.db.run import scalar
from gis_gov.db.snapshot import snapshot
from gis_gov.interval import Interval
from gis_gov.statistics.columns import Column, columns_of
from gis_gov.statistics.parts import Question
from gis_gov.statistics.queries import Unit, read_sums, read_units, units_named
from gis_gov.statistics.row_pieces import RowPieces
from gis_gov.statistics.timed_queries import read_events
from gis_gov.together import Together

_EVENTS: Final = "events"
_UNITS: Final = "units"
_MANY: Final = 4
"""For so many tables at once it is worth while to write once what they have in common."""
_UNITS_SHARE: Final = 0.125
_ENTRY_BYTES: Final = 120
"""What keeping a figure of a unit takes, or a unit."""


@dataclass(frozen=True, slots=True)
class Told:
    """The units by code, the columns of the measures, and the moment that they are true for.

    `pieces` are what many tables have in common that are told at the same time.
    """

    units: Sequence[Unit]
    columns: Sequence[Column]
    at: datetime
    pieces: RowPieces | None = None


@dataclass(frozen=True, slots=True)
class _Units:
    """The current units by id, in the order of codes, and others to which something counts."""

    current: Mapping[int, Unit]
    others: Mapping[int, Unit] = field(default_factory=dict[int, Unit])

    def lacks(self, ids: Iterable[int | None]) -> list[int]:
        """Return those of the ids that are unknown, in their order."""
        unknown = {*ids} - self.current.keys() - self.others.keys()
        return sorted(each for each in unknown if each is not None)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A column, and a moment since which it is true."""

    column: Column
    at: datetime


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is told to all who waited for it, true at one moment."""

    units: _Units
    columns: Mapping[str, Column]
    events: ByTime | None
    at: datetime
    pieces: RowPieces | None = None

    @property
    def lacks_units(self) -> bool:
        """Whether something counts to a unit that is not known."""
        return any(self.units.lacks(each.by_unit) for each in self.columns.values())


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of all that a reading wants, and its versions at a look before it."""

    versions: Mapping[str, int]
    kept: Mapping[str, _Kept]
    units: _Units | None

    @property
    def names(self) -> set[str]:
        """What needs not be read."""
        return {*self.kept} if self.units is None else {*self.kept, _UNITS}


class MeasureMemory:
    """Tell measures, each of which is kept while nothing that it counts is written."""

    def __init__(self, pool: Pool, data: CountVersion, kept_bytes: int) -> None:
        self._pool = pool
        self._data = data
        units_bytes = int(kept_bytes * _UNITS_SHARE)
        self._columns = VersionMemory[_Kept](
            kept_bytes - units_bytes, lambda kept: _size(kept.column.by_unit)
        )
        self._units = VersionMemory[_Units](
            units_bytes, lambda units: _size(units.current) + _size(units.others)
        )
        self._readings = Together[Interval | None, _Reading]()

    async def tell(self, asked: Question, threshold: Threshold) -> Told:
        """Tell what is asked for, as it is at one moment after the call."""
        interval = asked.interval if _EVENTS in asked.measures else None
        place = (asked.level, asked.scope, rights_of(asked.actor), threshold)

        async def read(intervals: Sequence[Interval | None]) -> _Reading:
            times = {each for each in intervals if each is not None}
            return await self._read(asked, threshold, place, times)

        key = (place, tuple(asked.measures), interval is None)
        reading = await self._readings.run(key, interval, read)
        columns = dict(reading.columns)
        if interval is not None and reading.events is not None:
            counts: dict[int | None, int] = {**reading.events.within(interval)}
            if 0 in counts:
                counts[None] = counts.pop(0)
            columns[_EVENTS] = Column(_EVENTS, counts, 0, sum(counts.values()))
        told = [columns[measure] for measure in asked.measures]
        return Told(_listed(reading.units, told), told, reading.at, reading.pieces)

    async def _read(
        self, asked: Question, threshold: Threshold, place: Hashable, intervals: set[Interval]
    ) -> _Reading:
        """Take what is kept, and read the rest; what is told is true at one moment."""
        untimed = [each for each in asked.measures if not (intervals and each == _EVENTS)]
        wanted = replace(asked, measures=untimed, interval=None)
        follows = {name: kinds_of([name]) for name in untimed} | {_UNITS: kinds_of([])}
        followed = {name: kinds for name, kinds in follows.items() if kinds is not None}
        known = self._known(await self._data.of_each(followed), place)
        if not intervals and known.names == {*untimed, _UNITS}:
            reading = _of_memory(known)
            if not reading.lacks_units:
                return reading
        reading = await self._read_lacking(wanted, threshold, intervals, known)
        if known.names and await self._are_written(known, followed):
            # What was kept may be of before the moment that was read: then all is read of that.
            known = replace(known, kept={}, units=None)
            reading = await self._read_lacking(wanted, threshold, intervals, known)
        self._keep(reading, known, place)
        if len(intervals) < _MANY:
            return reading
        units = chain(reading.units.current.values(), reading.units.others.values())
        columns = [reading.columns[measure] for measure in untimed]
        pieces = await asyncio.to_thread(RowPieces, units, columns, asked.measures)
        return replace(reading, pieces=pieces)

    def _known(self, versions: Mapping[str, int], place: Hashable) -> _Known:
        found = {
            name: self._columns.get((name, place), version)
            for name, version in versions.items()
            if name != _UNITS
        }
        kept = {name: each for name, each in found.items() if each is not None}
        return _Known(versions, kept, self._units.get(place, versions[_UNITS]))

    async def _are_written(self, known: _Known, followed: Mapping[str, Collection[str]]) -> bool:
        versions = await self._data.of_each({name: followed[name] for name in known.names})
        return any(version != known.versions[name] for name, version in versions.items())

    async def _read_lacking(
        self, asked: Question, threshold: Threshold, intervals: set[Interval], known: _Known
    ) -> _Reading:
        """Read what is not known, as it is at one moment."""
        lacking = replace(asked, measures=[m for m in asked.measures if m not in known.kept])
        columns = {name: each.column for name, each in known.kept.items()}
        events: ByTime | None = None
        async with self._pool.connection(asked.actor.scope) as conn, snapshot(conn):
            at: datetime = await scalar(conn, select(func.now()))
            sums = await read_sums(conn, lacking) if lacking.measures else []
            ids = {unit for each in sums for unit in each.units}
            ids.update(*(column.by_unit for column in columns.values()))
            if intervals:
                events = await read_events(conn, asked, intervals)
                ids.update(unit or None for unit in events.keys.tolist())
            units = known.units or _Units(_by_id(await read_units(conn, asked)))
            unknown = units.lacks(ids)
            if unknown:
                others = _by_id(await units_named(conn, asked.level, unknown))
                units = replace(units, others={**units.others, **others})
        columns |= await asyncio.to_thread(columns_of, sums, lacking.measures, threshold)
        return _Reading(units, columns, events, at)

    def _keep(self, reading: _Reading, known: _Known, place: Hashable) -> None:
        for name, version in known.versions.items():
            if name == _UNITS and reading.units is not known.units:
                self._units.keep(place, version, reading.units)
            elif name != _UNITS and name not in known.kept:
                self._columns.keep((name, place), version, _Kept(reading.columns[name], reading.at))


def _of_memory(known: _Known) -> _Reading:
    columns = {name: each.column for name, each in known.kept.items()}
    at = max(each.at for each in known.kept.values())
    return _Reading(known.units or _Units({}), columns, None, at)


def _by_id(units: Iterable[Unit]) -> dict[int, Unit]:
    return {unit.id: unit for unit in units}


def _listed(units: _Units, columns: Sequence[Column]) -> list[Unit]:
    """List the current units, and the others to which one of the columns counts something."""
    listed = list(units.current.values())
    if not units.others:
        return listed
    counted = {unit for column in columns for unit in column.by_unit}
    others = [unit for number, unit in units.others.items() if number in counted]
    return sorted([*listed, *others], key=attrgetter("code"))


def _size(kept: Mapping[int | None, object] | Mapping[int, object]) -> int:
    return _ENTRY_BYTES * (len(kept) + 1)
