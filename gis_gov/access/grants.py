"""What an account or key was granted, and whether one grant covers another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gis_gov.access.permissions import Permission
from gis_gov.access.reach import EVERYWHERE, Extent
from gis_gov.access.roles import ROLES


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a place, for a department and for some classes of persons, for a term.

    `path` is the path of the area in the tree, or of the area in which the grid lies; None for a
    grant that holds everywhere. `areas` are the ids of the area and of all below it. A department
    or classes of None are no limit, and so is an end of None. Both days of the term count.
    """

    role: str
    path: str | None = None
    areas: frozenset[int] = frozenset()
    grid_id: int | None = None
    department: str | None = None
    person_classes: frozenset[str] | None = None
    valid_from: date = date.min
    valid_to: date | None = None

    @property
    def extent(self) -> Extent:
        """Return where it holds."""
        if self.path is None:
            return EVERYWHERE
        if self.grid_id is not None:
            return Extent(grids=frozenset({self.grid_id}))
        return Extent(areas=self.areas)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return what its role may do."""
        return ROLES[self.role].permissions

    def holds_on(self, day: date) -> bool:
        """Say whether the term has begun and not ended."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def reaches(self, wanted: "Grant") -> bool:
        """Say whether it holds wherever, for whom and as long as `wanted` would; roles aside."""
        return (
            self._reaches_place(wanted)
            and self.department in (None, wanted.department)
            and (
                self.person_classes is None
                or (
                    wanted.person_classes is not None
                    and wanted.person_classes <= self.person_classes
                )
            )
            and (
                self.valid_to is None
                or (wanted.valid_to is not None and wanted.valid_to <= self.valid_to)
            )
        )

    def _reaches_place(self, wanted: "Grant") -> bool:
        if self.path is None:
            return True
        if self.grid_id is not None:
            return wanted.grid_id == self.grid_id
        return wanted.path is not None and wanted.path.startswith(self.path)


def may_grant(own: Iterable[Grant], wanted: Grant) -> bool:
    """Say whether a holder of the `own` grants may give `wanted` to somebody else."""
    return any(
        wanted.role in ROLES[grant.role].grants and grant.reaches(wanted)
        for grant in own
        if Permission.GRANT in grant.permissions
    )


def may_delegate(own: Iterable[Grant], wanted: Grant) -> bool:
    """Say whether a holder of the `own` grants may give `wanted` to a key of his own."""
    return any(wanted.role == grant.role and grant.reaches(wanted) for grant in own)


def still_covered(own: Sequence[Grant], granted: Iterable[Grant]) -> list[Grant]:
    """Return what of a key's grants its maker could still give it today."""
    return [grant for grant in granted if may_delegate(own, grant)]
