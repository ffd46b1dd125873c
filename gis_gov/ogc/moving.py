"""Whoever moves an address takes along who lives there: never to where he may do more with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import PLAIN, Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.db.run import rows_of, sql_file
from gis_gov.ogc.write_queries import Held

_OF_PERSONS: Final = (
    Permission.PERSON_READ,
    *sorted(PLAIN),
    Permission.REVEAL,
    Permission.EXPORT,
    Permission.PERSON_WRITE,
)
_OF_ENTERPRISES: Final = (
    Permission.ENTERPRISE_READ,
    Permission.PLAIN_NAME,
    Permission.PLAIN_PHONE,
    Permission.ENTERPRISE_WRITE,
)
_READ: Final[Mapping[str, tuple[Permission, ...]]] = {
    "persons": _OF_PERSONS,
    "enterprises": _OF_ENTERPRISES,
}
"""What can be done with those whom an address places: nothing, where the first is missing."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """Where an address lies now, and whom it has taken along."""

    area_id: int | None
    grid_id: int | None
    persons: bool
    enterprises: bool


async def check_nobody_opened(
    conn: AsyncConnection[Any], actor: Actor, code: str, before: Held
) -> None:
    """Refuse a move of an address, just made, by who may do more with its people than before.

    For which class of persons he may do it does not matter, so that no refusal tells their classes.

    Raises:
        NotAllowed: naming the right that he has where it is put and not where it was.

    """
    (moved,) = await rows_of(
        conn, _Moved, sql_file(__package__ or "", "taken_along"), {"code": code}
    )
    for kind, rights in _READ.items():
        if not getattr(moved, kind):
            continue
        for right in _gained(actor, rights, before, moved):
            raise NotAllowed(
                f"The {kind} of this address would come to where {right} is yours:"
                " it is needed where they are now, too.",
                right=str(right),
            )


def _gained(
    actor: Actor, rights: tuple[Permission, ...], before: Held, after: _Moved
) -> Iterator[Permission]:
    """Yield the rights that he has there and not here, for any class that he reads there."""
    classes = {None, *(name for right in rights for name in actor.reach(right).of)}
    for each in sorted(classes, key=str):
        here, there = (
            [actor.reach(right).holds(at.area_id, at.grid_id, each) for right in rights]
            for at in (before, after)
        )
        if there[0]:
            yield from (
                right for right, had, has in zip(rights, here, there, strict=True) if has > had
            )
