"""What is known of a vector-tile layer."""

from dataclasses import dataclass
from typing import Final, Literal

from gis_gov.access.permissions import Permission

_OF_PEOPLE = frozenset(
    {
        Permission.ADDRESS_READ,
        Permission.HOUSE_READ,
        Permission.PERSON_READ,
        Permission.TRACK_READ,
        Permission.WORKER_READ,
        Permission.EVENT_READ,
    }
)
# Everywhere alike; what else is a number, a layer says itself.
_NUMBERS: Final = frozenset(
    {
        "count",
        "open",
        "pending",
        "accepted",
        "handling",
        "verifying",
        "closed",
        "rejected",
        "suspended",
        "open_grid",
        "open_community",
        "open_street",
        "open_district",
        "floors",
        "height_m",
        "azimuth_deg",
        "field_of_view_deg",
        "range_m",
        "time",
        "begins_at",
        "ends_at",
        "reported_at",
    }
)


@dataclass(frozen=True, slots=True)
class Layer:
    """Describe one layer: what it shows, and the fields of its features.

    `right` is what it takes to see it; how much of it is up to the row policies.
    Reading a `personal` one is audited: it tells of persons or workers.
    It draws the things of the collection `of`, or of the one of its own name, as far as there is
    such a collection. It `shows` kinds of the change log, and of `Movement`: a write of no such
    kind leaves its tiles as they are.
    Below `zoom_min`, of Web Mercator, there is nothing. Below `single_zoom` the features are
    gathered by H3 cell and have the fields `cell` and `count`; who may not know where persons live
    gets these without a `cell`, and what others wrote a moment ago has none yet. `takes` names
    parameters that its own function knows, beside those by which its collection is filtered. What
    is `public` tells of nobody, and of nothing that is watched: it may be taken out as a whole.
    Which of its own fields are `numbers` is said where their names do not tell.
    """

    name: str
    right: Permission
    title: str
    title_zh: str
    geometry: Literal["polygon", "line", "point"]
    fields: dict[str, str]
    shows: frozenset[str]
    of: str = ""
    zoom_min: int = 0
    single_zoom: int = 0
    takes: frozenset[str] = frozenset()
    personal: bool = False
    public: bool = False
    numbers: frozenset[str] = frozenset()

    @property
    def collection(self) -> str:
        """The name of the collection that it draws, if there is one."""
        return self.of or self.name

    @property
    def types(self) -> dict[str, Literal["Number", "String"]]:
        """The types of its fields, as MBTiles calls them."""
        numbers = _NUMBERS | self.numbers
        return {name: "Number" if name in numbers else "String" for name in self.fields}

    @property
    def may_be_kept(self) -> bool:
        """Whether a browser may keep a copy: of what tells of people, it may not."""
        return self.right not in _OF_PEOPLE
