"""What every reader gives: batches of rows as they stand in the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, TextIO, cast

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.geo.datum import Datum

BATCH_ROWS = 50_000
"""Rows of a table read at a time."""
BATCH_SHAPES = 5_000
"""Rows with geometries, which may be large, read at a time."""

_JSON = b"json"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read: its number, why not, and its text as it stands."""

    number: int
    reason: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows with their numbers in the file, their columns, and their geometries, if they have any.

    `geometry` holds shapely geometries in the datum of the file; None where a row has none.
    """

    numbers: NDArray[np.int64]
    columns: pa.Table
    geometry: NDArray[np.object_] | None = None
    broken: Sequence[BrokenRow] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user may say about how a file is to be read, and the kind it is read as."""

    kind: str = ""
    encoding: str | None = None
    layer: str | None = None


class Source(Protocol):
    """A file that can be read more than once, from its first row on."""

    path: Path
    format: str
    datum: Datum | None
    """What the file itself says; None if it says nothing."""
    encoding: str | None
    notes: list[str]
    """What is odd about the file but no reason to refuse it."""

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the file is not whole."""
        ...

    def fraction(self) -> float | None:
        """Tell how much of the file has been read, 0 to 1, if that is known."""
        ...


@dataclass
class FileSource:
    """The part that all sources share."""

    path: Path
    options: ReadOptions
    format: str = ""
    datum: Datum | None = None
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)
    _done: float | None = None

    def fraction(self) -> float | None:
        """Tell how much of the file has been read, 0 to 1, if that is known."""
        return self._done


def row_numbers(first: int, count: int) -> NDArray[np.int64]:
    """Give the numbers of `count` rows, from `first` on."""
    return np.arange(first, first + count, dtype=np.int64)


def position(file: TextIO) -> int:
    """Tell how many bytes of a text file have been read."""
    buffer = cast("IO[bytes]", file.buffer)
    return buffer.tell()


def table_of(records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make a table of ragged records; a column keeps its type where all its values share one.

    A null is what is missing. A column with nested values is JSON text, and its field says so
    (`is_json`).
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    made = [_column(name, [record.get(name) for record in records]) for name in names]
    return pa.Table.from_arrays(
        [values for _, values in made], schema=pa.schema([field for field, _ in made])
    )


def is_json(field: pa.Field) -> bool:
    """Tell whether the texts of a column are JSON."""
    return _JSON in (field.metadata or {})


def _column(name: str, values: list[Any]) -> tuple[pa.Field, pa.Array]:
    kinds = {type(value) for value in values if value is not None}
    if kinds & {dict, list}:
        texts = [None if value is None else orjson.dumps(value).decode() for value in values]
        return pa.field(name, pa.string(), metadata={_JSON: b""}), pa.array(texts, pa.string())
    array = _plain(values, kinds)
    return pa.field(name, array.type), array


def _plain(values: list[Any], kinds: set[type]) -> pa.Array:
    if kinds <= {str}:
        return pa.array(values, pa.string())
    if kinds in ({bool}, {int}):
        try:
            return pa.array(values)
        except (OverflowError, pa.ArrowInvalid):  # an integer of more than 64 bits
            pass
    elif kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values])
    return pa.array([as_text(value) for value in values], pa.string())


def as_text(value: object) -> str | None:
    """Write one value as text: strings as they are, whole floats as integers, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return orjson.dumps(value, default=str, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
