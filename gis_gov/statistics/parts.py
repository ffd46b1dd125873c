"""What the statistics add up: for each measure its values by grid or by area, within the fences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    not_,
    select,
)

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.counting import fences, unit_fences
from gis_gov.counting.kept import beyond_kept_rows, content_of, fingerprint, inexact_count
from gis_gov.counting.layers import tallies
from gis_gov.counting.question import within
from gis_gov.counting.tables import coarse_tally as coarse
from gis_gov.events.tables import event
from gis_gov.interval import Interval
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import last_position, worker

TALLIED = (
    "persons",
    "houses",
    "buildings",
    "dwellings",
    "enterprises",
    "addresses",
    "events",
    "cameras",
    "centres",
    "pois",
)
OF_GRIDS: dict[str, ColumnElement[Any]] = {
    "grids": literal(1),
    "households": grid.c.households,
    "area_m2": grid.c.area_m2,
}
MEASURES = (*TALLIED, "workers", *OF_GRIDS)

# Those that things are placed in; the second tier and micro-grids lie within them.
PLACING = and_(grid.c.valid_to.is_(None), grid.c.layer.in_(["base", "exclusive"]))


@dataclass(frozen=True, slots=True)
class Scope:
    """The area (by its path in the tree) or the grid that a question is limited to."""

    path: str | None = None
    level_rank: int | None = None
    grid_id: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for which measures, by the units of which level, where, and events of when."""

    actor: Actor
    measures: Sequence[str]
    level: str
    scope: Scope
    interval: Interval | None


def parts_of(asked: Question) -> list[Select[*tuple[Any, ...]]]:
    """Make a query for each source of the measures: measure, unit, and what is told there."""
    measures, timed = asked.measures, asked.interval is not None
    kept = [name for name in measures if name in TALLIED and not (name == "events" and timed)]
    parts = _tallied(kept, asked) if kept else []
    parts += [
        _beyond_kept(name, asked) for name in kept if fences.reads_beyond_kept(asked.actor, name)
    ]
    if asked.interval is not None and "events" in measures:
        parts.append(_events(asked, asked.interval))
    if "workers" in measures:
        parts.append(_workers(asked))
    return parts + [_of_grids(measure, asked) for measure in measures if measure in OF_GRIDS]


def below(table: FromClause, path: ColumnElement[str]) -> ColumnElement[bool]:
    """Hold for the areas in `table` that are the one with a path in the tree, or lie in it."""
    return and_(table.c.path >= path, table.c.path < path.concat("Z"))


def in_scope(
    area_id: ColumnElement[int], grid_id: ColumnElement[int], scope: Scope
) -> list[ColumnElement[bool]]:
    """Make the conditions that a place lies in a scope."""
    if scope.grid_id is not None:
        return [grid_id == scope.grid_id]
    if scope.path is not None:
        return [area_id.in_(select(area.c.id).where(below(area, literal(scope.path))))]
    return []


def _part(
    measure: ColumnElement[str],
    value: ColumnElement[Any],
    place: FromClause,
    source: FromClause,
    asked: Question,
    under_threshold: tuple[ColumnElement[Any], ColumnElement[int]] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Add up a value by measure and grid, or area.

    `under_threshold` is what of it is, and a fingerprint; without it everything is told as it is.
    """
    unit = place.c.grid_id if asked.level == "grid" else place.c.area_id
    inexact, content = under_threshold or (literal(0, BigInteger), literal(0, BigInteger))
    return (
        select(
            collate(measure, "C").label("measure"),
            unit.label("place_id"),
            cast(value, Double).label("value"),
            cast(inexact, Double).label("inexact"),
            cast(content, BigInteger).label("content"),
        )
        .select_from(source)
        .where(*in_scope(place.c.area_id, place.c.grid_id, asked.scope))
        .group_by("measure", unit)
    )


def _tallied(measures: Sequence[str], asked: Question) -> list[Select[*tuple[Any, ...]]]:
    names = {name for measure in measures for name in tallies(measure)}
    exact = {name for name in names if _is_exact(name, measures, asked.actor)}
    parts = [_kept(sorted(exact), asked)] if exact else []
    if names > exact:
        content = _of_inexact(fences.kept_inexactly(asked.actor, coarse), content_of(coarse))
        under_threshold = (func.sum(inexact_count(asked.actor, coarse)), func.bit_xor(content))
        parts.append(_kept(sorted(names - exact), asked, under_threshold))
    return parts


def _kept(
    names: Sequence[str],
    asked: Question,
    under_threshold: tuple[ColumnElement[Any], ColumnElement[int]] | None = None,
) -> Select[*tuple[Any, ...]]:
    value = func.sum(coarse.c.count)
    return _part(coarse.c.layer, value, coarse, coarse, asked, under_threshold).where(
        coarse.c.layer.in_(names), coarse.c.count > 0, fences.kept(asked.actor, coarse)
    )


def _of_inexact(inexact: ColumnElement[bool], content: ColumnElement[int]) -> ColumnElement[int]:
    return case((inexact, content), else_=literal(0, BigInteger))


def _is_exact(name: str, measures: Sequence[str], actor: Actor) -> bool:
    return all(
        fences.counts_exactly(actor, measure) for measure in measures if name in tallies(measure)
    )


def _beyond_kept(layer: str, asked: Question) -> Select[*tuple[Any, ...]]:
    counted = beyond_kept_rows(asked.actor, layer).subquery("beyond_kept")
    return _part(literal(layer), func.sum(counted.c.count), counted, counted, asked)


def _events(asked: Question, interval: Interval) -> Select[*tuple[Any, ...]]:
    return _part(literal("events"), func.count(), event, event, asked).where(
        fences.readable(asked.actor, "events"), *within(event.c.reported_at, interval)
    )


def _workers(asked: Question) -> Select[*tuple[Any, ...]]:
    seen = worker.outerjoin(
        last_position,
        and_(last_position.c.worker_id == worker.c.id, unit_fences.seen_workers(asked.actor)),
    )
    return _part(literal("workers"), func.count(), last_position, seen, asked).where(
        known_workers(asked.actor)
    )


def _of_grids(measure: str, asked: Question) -> Select[*tuple[Any, ...]]:
    each = select(grid.c.id.label("grid_id"), grid.c.area_id, OF_GRIDS[measure].label("value"))
    placing = each.where(PLACING).subquery("placing")
    under_threshold = None
    if not fences.counts_exactly(asked.actor, measure):
        exact = unit_fences.grids(asked.actor, Permission.COUNT_EXACT, placing)
        no_cell = literal(0, BigInteger)
        content = _of_inexact(
            not_(exact),
            fingerprint(placing.c.grid_id, placing.c.area_id, no_cell, placing.c.value),
        )
        under_threshold = (
            func.sum(placing.c.value * cast(not_(exact), Integer)),
            func.bit_xor(content),
        )
    value = func.sum(placing.c.value)
    return _part(literal(measure), value, placing, placing, asked, under_threshold).where(
        placing.c.value.is_not(None), unit_fences.grids(asked.actor, Permission.COUNT, placing)
    )
