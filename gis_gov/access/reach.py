"""How far a right reaches: everywhere, or in some areas and grids, for some classes of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Extent:
    """A set of places: all of them, or those in some areas (with all below them) and grids."""

    everywhere: bool = False
    areas: frozenset[int] = frozenset()
    grids: frozenset[int] = frozenset()

    def holds(self, area_id: int | None, grid_id: int | None) -> bool:
        """Say whether a row with this place lies in it; a row without any lies only everywhere."""
        return self.everywhere or area_id in self.areas or grid_id in self.grids

    def covers(self, other: "Extent") -> bool:
        """Say whether it holds wherever another does; when in doubt, not."""
        if self.everywhere:
            return True
        return not other.everywhere and other.areas <= self.areas and other.grids <= self.grids

    def __or__(self, other: "Extent") -> "Extent":
        """Join two sets of places."""
        if self.everywhere or other.everywhere:
            return EVERYWHERE
        return Extent(areas=self.areas | other.areas, grids=self.grids | other.grids)

    def __bool__(self) -> bool:
        """Say whether there is any place in it."""
        return self.everywhere or bool(self.areas) or bool(self.grids)

    def as_json(self) -> dict[str, Any]:
        """Return what the database's `reach_…` functions read."""
        return {"all": self.everywhere, "areas": sorted(self.areas), "grids": sorted(self.grids)}


EVERYWHERE = Extent(everywhere=True)
NOWHERE = Extent()


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a right holds for every row, and where only for rows `of` some class.

    The class of a person is the person class, of an event the department that handles it.
    """

    any: Extent = NOWHERE
    of: Mapping[str, Extent] = field(default_factory=dict[str, Extent])

    def holds(self, area_id: int | None, grid_id: int | None, row_class: str | None = None) -> bool:
        """Say whether the right holds for a row of this place and class."""
        if self.any.holds(area_id, grid_id):
            return True
        return row_class is not None and self.of.get(row_class, NOWHERE).holds(area_id, grid_id)

    def covers(self, other: "Reach") -> bool:
        """Say whether the right holds for each row for which another does; when in doubt, not."""
        return self.any.covers(other.any) and all(
            self.any.covers(extent) or self.of.get(name, NOWHERE).covers(extent)
            for name, extent in other.of.items()
        )

    @property
    def everywhere(self) -> bool:
        """Say whether the right holds for every row there is."""
        return self.any.everywhere

    def __bool__(self) -> bool:
        """Say whether the right holds for any row at all."""
        return bool(self.any) or any(self.of.values())

    def as_json(self) -> dict[str, Any]:
        """Return what the database's `reach_…` functions read."""
        return {
            **self.any.as_json(),
            "of": {name: extent.as_json() for name, extent in sorted(self.of.items())},
        }


NO_REACH = Reach()


def joined(parts: Iterable[tuple[Extent, frozenset[str] | None]]) -> Reach:
    """Join what several grants give: places, each for all rows (None) or for some classes."""
    everything, of = NOWHERE, dict[str, Extent]()
    for extent, classes in parts:
        if classes is None:
            everything |= extent
            continue
        for name in classes:
            of[name] = of.get(name, NOWHERE) | extent
    return Reach(everything, of)
