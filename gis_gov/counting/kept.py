"""Rows of kept counts: what is told of them by the threshold, and rows like them."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Table,
    cast,
    func,
    literal,
    select,
)

from gis_gov.access.actor import Actor
from gis_gov.counting import fences
from gis_gov.counting.tables import tally
from gis_gov.events.tables import event
from gis_gov.registry.tables import address, person

# What may be limited to some classes, those without a place included, and where each is placed.
LIMITED: Final[Mapping[str, tuple[FromClause, FromClause]]] = {
    "persons": (person.outerjoin(address, person.c.address_id == address.c.id), address),
    "events": (event, event),
}


def fingerprint(*columns: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a number that stands for one row of kept counts; their exclusive or for many."""
    return func.hash_record_extended(func.row(*columns), literal(0, BigInteger))


def beyond_kept_rows(actor: Actor, layer: str) -> Select[*tuple[Any, ...]]:
    """Count, as the tally does, what somebody may read where the kept counts are closed to him."""
    things, place = LIMITED[layer]
    keys = [
        func.coalesce(place.c[name], literal(0, BigInteger)).label(name)
        for name in ("grid_id", "area_id", "cell")
    ]
    return (
        select(literal(layer).label("layer"), *keys, cast(func.count(), Integer).label("count"))
        .select_from(things)
        .where(fences.beyond_kept(actor, layer))
        .group_by(*keys)
    )


def inexact_count(actor: Actor, counts: Table = tally) -> ColumnElement[int]:
    """Return what of a row of the tally, or of the coarse one, is under the threshold."""
    return counts.c.count * cast(fences.kept_inexactly(actor, counts), Integer)


def content_of(counts: Table) -> ColumnElement[int]:
    """Return the number that stands for a row of the tally, or for those that a coarse one sums."""
    if "content" in counts.c:
        return counts.c.content
    return fingerprint(counts.c.grid_id, counts.c.area_id, counts.c.cell, counts.c.count)
