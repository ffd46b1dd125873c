"""Who may redraw boundaries between places, so that nobody comes to see more by it.

What lies in an area or a grid is governed by where its boundary runs. Who may read something in one
place and not in the next could draw the first larger, read, and draw it back; and who is told
counts, or the middle of a grid, where others see things one by one, could draw a grid around one
home. So whoever redraws sees in all of the places the same, and what he sees there, plainly.
"""

from collections.abc import Collection, Mapping
from typing import Final

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.access.reach import Extent, Reach

Place = tuple[int | None, int | None]
"""The ids of an area and a grid in which something lies, None where it lies in none."""

_PLAINLY: Final[Mapping[Permission, Permission]] = {
    Permission.COUNT: Permission.COUNT_EXACT,
    Permission.PERSON_READ: Permission.PLAIN_PLACE,
    Permission.ADDRESS_READ: Permission.PLAIN_ROOM,
    Permission.HOUSE_READ: Permission.PLAIN_ROOM,
}
"""Who has the first right and not the second is told of many what he is not told of each."""


def check_sees_no_more(actor: Actor, places: Collection[Place]) -> None:
    """Refuse who might see more once the boundaries between `places` run elsewhere.

    Raises:
        NotAllowed: naming the right that would be wider, or is missing.

    """
    for right, reach in actor.reaches.items():
        if right is not Permission.MAP_READ and any(
            len({extent.holds(*place) for place in places}) > 1 for extent in _extents(reach)
        ):
            raise NotAllowed(
                f"You have {right} in a part only of what lies there: who redraws boundaries has"
                " it on both sides of them, or on none.",
                right=str(right),
            )
    for coarse, plain in _PLAINLY.items():
        if any(_is_coarse(actor, coarse, plain, place) for place in places):
            raise NotAllowed(
                f"You have {coarse} there without {plain}: by redrawing a boundary you could find"
                " out what you are not told.",
                right=str(plain),
            )


def _extents(reach: Reach) -> list[Extent]:
    """Return where a right holds for the rows of any class, and for those of each."""
    return [reach.any, *(reach.any | extent for extent in reach.of.values())]


def _is_coarse(actor: Actor, coarse: Permission, plain: Permission, place: Place) -> bool:
    seen, plainly = actor.reach(coarse), actor.reach(plain)
    if seen.any.holds(*place):
        return not plainly.any.holds(*place)
    return any(
        extent.holds(*place) and not plainly.holds(*place, row_class=name)
        for name, extent in seen.of.items()
    )
