"""What is looked for around a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gis_gov.cql.kinds import Condition
from gis_gov.geo.surroundings import Surroundings
from gis_gov.resources.staff import Staff


@dataclass(frozen=True, slots=True)
class Selection:
    """Which things are looked for around something: of which kinds, how far, how many.

    Without `radius_m` it is so many of each kind, the `nearest`, up to the last of REACHES_M away.
    `classes` limit cameras, centres and POIs, `risk_classes` enterprises, `staff` workers; without
    `staff` none are looked for. With `covers` the cameras are those that see the place, however far
    they are. With `vulnerable` the vulnerable persons are counted, too; with `responsible` it is
    told who answers for the place. `conditions` limit each kind, where there are any.
    """

    kinds: Sequence[str]
    radius_m: float | None
    limit: int
    nearest: int | None = None
    classes: Sequence[str] | None = None
    risk_classes: Sequence[str] | None = None
    staff: Staff | None = None
    covers: bool = False
    vulnerable: bool = False
    responsible: bool = False
    conditions: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Say whether nothing is asked beyond what the shortest way answers."""
        limits = (self.nearest, self.classes, self.risk_classes)
        limited = self.covers or self.conditions or any(limit is not None for limit in limits)
        return not limited and "enterprise" not in self.kinds

    @property
    def is_of_each(self) -> bool:
        """Say whether it is asked for the nearest of each kind around, whatever they are.

        Enterprises may be limited.
        """
        limited = self.covers or self.conditions or self.classes is not None
        return self.nearest is not None and self.radius_m is not None and not limited

    @property
    def kinds_within(self) -> Sequence[str]:
        """Return the kinds of which a thing counts by how far it is."""
        return [kind for kind in self.kinds if not (self.covers and kind == "camera")]


@dataclass(frozen=True, slots=True)
class Sought:
    """A shape, and which things are looked for around it."""

    around: Surroundings
    selection: Selection
