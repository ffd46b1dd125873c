"""What a kind of data is made of: its fields, their types and names, its key and its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Table


class Type(StrEnum):
    """How the text of a field is read."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    CLOCK = "clock"
    LIST = "list"
    CHOICE = "choice"
    ELEMENTS = "elements"
    BEARING = "bearing"


class Place(StrEnum):
    """What shape a kind has."""

    NONE = "none"
    POINT = "point"
    POLYGON = "polygon"
    SHAPE = "shape"
    """A polygon, or a line."""


@dataclass(frozen=True)
class Field:
    """One field of a kind.

    `aliases` are other names of its column, as `header.folded` writes them, the likeliest first.
    `choices` maps folded words to the words stored. A `soft` field that can't be read stays empty,
    its text kept in attrs; any other refuses its row. `keep_text` keeps the text of a choice in
    attrs, where it says more than the word stored. `column` is the table's column, empty where the
    field is but used to find something (a reference, a point). A `sealed` field has two columns,
    for the sealed text and for its digest, and is in plain nowhere but in the file.
    """

    name: str
    type: Type = Type.TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    default: object = None
    choices: Mapping[str, str] | None = None
    low: float | None = None
    high: float | None = None
    soft: bool = False
    keep_text: bool = False
    sealed: bool = False
    column: str | None = None

    @property
    def stored(self) -> str:
        """Name the table's column, or nothing."""
        if self.sealed:
            return ""
        return self.name if self.column is None else self.column


@dataclass(frozen=True)
class Reference:
    """A field that names a row of another table by its code; `column` holds that row's id."""

    field: str
    column: str
    table: str
    reason: str


@dataclass(frozen=True)
class Kind:
    """One kind of data that can be loaded, and the table it goes to.

    `key` names the fields that tell one thing from another. `identity` names those from which a
    code is made where the file has none; without it, a file without codes is refused.
    """

    name: str
    table: Table
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ("code",)
    identity: tuple[str, ...] = ()
    place: Place = Place.NONE
    place_required: bool = False
    references: tuple[Reference, ...] = ()
    has_provenance: bool = False
    by_name: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    @property
    def is_placed(self) -> bool:
        """Whether its rows carry a point of their own, with grid, area and cell."""
        return self.place is Place.POINT

    @property
    def keeps_rest(self) -> bool:
        """Whether its rows keep what no field of theirs holds."""
        return "attrs" in self.table.c
