"""The sums of patrols, by whom, where and when: of what is kept of each, never of its fixes."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal

from psycopg import AsyncConnection
from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    Integer,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid, grid_worker
from gis_gov.db.run import dicts
from gis_gov.events.tables import event
from gis_gov.patrols.patrol_reading import Wanted, followed, narrowed
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import patrol, patrol_event, patrol_grid, worker
from gis_gov.problems import InvalidRequest

By = Literal["worker", "grid", "community", "street", "district", "all"]
Period = Literal["day", "week", "month", "year", "all"]
ROWS_MAX: Final = 20_000
ABOVE: Final = area.alias("above")
OF_PATROL: Final = ("mileage_m", "stay_s", "gap_s", "fixes", "rejected")
"""What is not told by grid."""


async def read_summary(
    conn: AsyncConnection[Any], actor: Actor, wanted: Wanted, by: By, period: Period
) -> list[dict[str, Any]]:
    """Add up the patrols that somebody may know of; the periods of each in their order.

    `own_grid_share` weighs each patrol by its duration; of a grid it is the share of time by
    those whose own it was. Patrols of nobody one may know, and in no area of the level, have no
    code. `events_found` is None for who may read no events.
    """
    code, name = named_by(by)
    begins = begin_of(period)
    figures = _of_grids() if by == "grid" else _of_patrols()
    columns: list[ColumnElement[Any]] = [
        code.label("code"),
        name.label("name"),
        begins.label("begins"),
        cast(func.count(), Integer).label("patrols"),
        cast(func.count(patrol.c.worker_id.distinct()), Integer).label("workers"),
        *figures,
    ]
    query = _chosen(select(*columns).select_from(_sources(by, actor)), actor, wanted, by)
    query = query.group_by(code, name, begins).order_by(code.nulls_last(), begins)
    rows = await dicts(conn, query.limit(ROWS_MAX + 1))
    found = await _read_found(conn, actor, wanted, by, period)
    for row in rows:
        key = row["code"], row["begins"]
        row["events_found"] = None if found is None else found.get(key, 0)
    return rows


def require_few(rows: Sequence[Any]) -> None:
    """Refuse sums that are too many to be answered at once.

    Raises:
        InvalidRequest: with the way to mend it.

    """
    if len(rows) > ROWS_MAX:
        raise InvalidRequest.at(
            "query.period",
            f"gives more than {ROWS_MAX:,} rows; ask for a shorter time, a place or sums",
        )


async def _read_found(
    conn: AsyncConnection[Any], actor: Actor, wanted: Wanted, by: By, period: Period
) -> "dict[tuple[Any, Any], int] | None":
    """Count the events that the patrols found, as far as somebody may read them."""
    if not actor.may(Permission.EVENT_READ):
        return None
    code, _ = named_by(by)
    columns: list[ColumnElement[Any]] = [
        patrol.c.id.label("id"),
        code.label("code"),
        begin_of(period).label("begins"),
        *([patrol_grid.c.grid_id.label("grid_id")] if by == "grid" else []),
    ]
    chosen = _chosen(select(*columns).select_from(_sources(by, actor)), actor, wanted, by)
    # First the patrols of the time: planned as one, it begins with all events there ever were.
    went = chosen.cte("went").prefix_with("materialized", dialect="postgresql")
    is_there = event.c.id == patrol_event.c.event_id
    if by == "grid":
        is_there = and_(is_there, event.c.grid_id == went.c.grid_id)
    sources = went.join(patrol_event, patrol_event.c.patrol_id == went.c.id).join(event, is_there)
    # Of several who went there together each found it, and of a sum of them it is one.
    number = cast(func.count(event.c.id.distinct()), Integer)
    told: list[ColumnElement[Any]] = [went.c.code, went.c.begins, number.label("number")]
    query = select(*told).select_from(sources).group_by(went.c.code, went.c.begins)
    of_event = visible(actor, Permission.EVENT_READ, event, class_column=event.c.department)
    rows = await dicts(conn, query.where(of_event))
    return {(row["code"], row["begins"]): row["number"] for row in rows}


def _chosen(query: Select[Any], actor: Actor, wanted: Wanted, by: By) -> Select[Any]:
    """Leave in a query of patrols those that are asked for and that somebody may know of."""
    query = narrowed(query.where(followed(actor)), wanted)
    if by == "grid" and wanted.grid_id is not None:
        query = query.where(patrol_grid.c.grid_id == wanted.grid_id)
    return query


def _of_patrols() -> list[ColumnElement[Any]]:
    weight = patrol.c.duration_s
    weighed = func.sum(patrol.c.own_grid_share * weight)
    known = func.sum(weight).filter(patrol.c.own_grid_share.is_not(None))
    return [
        func.sum(patrol.c.mileage_m).label("mileage_m"),
        func.sum(patrol.c.valid_mileage_m).label("valid_mileage_m"),
        func.sum(weight).label("duration_s"),
        func.sum(patrol.c.stay_s).label("stay_s"),
        func.sum(patrol.c.gap_s).label("gap_s"),
        cast(func.sum(patrol.c.fixes), Integer).label("fixes"),
        cast(func.sum(patrol.c.rejected), Integer).label("rejected"),
        cast(weighed / func.nullif(known, 0), Double).label("own_grid_share"),
    ]


def _of_grids() -> list[ColumnElement[Any]]:
    own = (
        select(grid_worker.c.id)
        .where(
            grid_worker.c.grid_id == patrol_grid.c.grid_id,
            grid_worker.c.worker_id == patrol.c.worker_id,
            grid_worker.c.valid_from <= patrol.c.day,
            or_(grid_worker.c.valid_to.is_(None), grid_worker.c.valid_to >= patrol.c.day),
        )
        .exists()
    )
    lasted = func.sum(patrol_grid.c.duration_s)
    by_own = func.coalesce(func.sum(patrol_grid.c.duration_s).filter(own), 0)
    return [
        func.sum(patrol_grid.c.valid_mileage_m).label("valid_mileage_m"),
        lasted.label("duration_s"),
        cast(by_own / func.nullif(lasted, 0), Double).label("own_grid_share"),
        *(null().label(name) for name in OF_PATROL),
    ]


# Another expression of the same text would have another parameter, and group by something else.
@cache
def begin_of(period: Period, day: ColumnElement[Any] = patrol.c.day) -> ColumnElement[Any]:
    """Return the first day of the period of a day, of patrols if nothing else is said."""
    if period == "all":
        return literal(None, Date)
    return cast(func.date_trunc(period, day), Date)


@cache
def named_by(by: By) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return code and name of whom sums are of; of a level they are those of `ABOVE`."""
    match by:
        case "worker":
            return worker.c.code, worker.c.name
        case "grid":
            return grid.c.code, grid.c.name
        case "all":
            return literal(None, Text), literal(None, Text)
        case _:
            return ABOVE.c.code, ABOVE.c.name


def _sources(by: By, actor: Actor) -> Any:
    """Join patrols with their workers, and with the grids, or the area of a level, asked for."""
    whose = patrol.outerjoin(worker, (worker.c.id == patrol.c.worker_id) & known_workers(actor))
    if by in {"worker", "all"}:
        return whose
    if by == "grid":
        entered = whose.join(patrol_grid, patrol_grid.c.patrol_id == patrol.c.id)
        return entered.outerjoin(grid, grid.c.id == patrol_grid.c.grid_id)
    own = area.alias("own")
    is_below = own.c.path.startswith(ABOVE.c.path, autoescape=False)
    return whose.outerjoin(own, own.c.id == patrol.c.area_id).outerjoin(
        ABOVE, (ABOVE.c.level == by) & is_below
    )
