"""What all formats have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pyproj import CRS

from gis_gov.cql.kinds import Kind

Feature = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A property of the features, as a column of a table."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """What is written: its name, its columns, and in which CRS (x before y) the geometries are."""

    name: str
    columns: Sequence[Column]
    crs: CRS

    @property
    def epsg(self) -> int | None:
        """Return the code of the CRS, None for CRS84: what nobody has to be told."""
        authority, code = self.crs.to_authority() or ("OGC", "CRS84")
        return int(code) if authority == "EPSG" else None


class Writer(Protocol):
    """Writes one file. What it returns is sent as it comes; a format that can't be, keeps it."""

    def begin(self) -> bytes:
        """Write what comes before the features."""
        ...

    def write(self, features: Sequence[Feature]) -> bytes:
        """Write some features."""
        ...

    def end(self) -> Iterator[bytes]:
        """Write the rest, and let go of everything."""
        ...

    def broken_off(self) -> bytes:
        """Say in the file that it is not whole; empty where the format has no place for that."""
        ...

    def close(self) -> None:
        """Let go of everything, whether it ended or not."""
        ...
