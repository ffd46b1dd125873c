"""One thing that is written over HTTP, read, checked and sealed as a row of a file is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from shapely.geometry.base import BaseGeometry

from gis_gov.access.sealing import Sealer
from gis_gov.geo.cells import NO_CELL, cells_of
from gis_gov.geo.datum import Datum
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.options import LoadOptions
from gis_gov.ingest.placement import Placing
from gis_gov.ingest.placer import Placed
from gis_gov.ingest.prepare import Preparer
from gis_gov.ingest.report import Findings, Report
from gis_gov.ingest.sources.batch import Batch, row_numbers, table_of
from gis_gov.ingest.spec import Kind

_NOT_TOLERATED: Final = ("unread_", "zero_coordinates")
"""What a load but tells of: in a file it may be all that there is, whoever writes can mend it."""
# Grid and area are the triggers' to find, and what no field holds is refused before.
_LEFT_OUT: Final = frozenset({"grid_id", "area_id", "attrs"})


class BadThing(ValueError):
    """The thing breaks rules of the loader: one line says each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class One:
    """The values of one thing: by column of its table, and by field what refers to others."""

    columns: Mapping[str, Any]
    references: Mapping[str, str | None]


@dataclass
class _Body:
    path: Path = field(default_factory=lambda: Path("body"))
    format: str = "JSON"
    datum: Datum | None = None
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)

    def batches(self) -> Any:
        return iter(())

    def fraction(self) -> float | None:
        return None


class _CellsAlone:
    """Gives cells to points; the rest of their place is found in the database."""

    def place(self, lon: np.ndarray, lat: np.ndarray) -> Placed:
        cells = cells_of(lon, lat)
        nowhere = pa.nulls(len(lon), pa.int64())
        return Placed(nowhere, nowhere, pa.array(cells, pa.int64(), mask=cells == NO_CELL))


def read_one(
    kind: Kind,
    values: Mapping[str, Any],
    shape: BaseGeometry | None,
    datum: Datum,
    sealer: Sealer,
    *,
    is_known: bool,
) -> One:
    """Read the values of a thing by field, and its geometry in `datum`, x before y.

    The code of one that `is_known` is what it is.

    Raises:
        BadThing: they break a rule of the loader's.

    """
    told = {each.name: None for each in kind.fields if each.required} | dict(values)
    findings = Findings()
    preparer = Preparer(
        kind,
        _Body(),
        # By their own names: a field's value is no other's, whatever it is called in files.
        LoadOptions(datum=datum, columns={name: (name,) for name in told}),
        Placing(_CellsAlone(), findings),
        Report(kind.name, [], findings=findings),
        sealer,
        is_known=is_known,
    )
    shapes = np.full(1, None, dtype=np.object_)
    shapes[0] = shape
    try:
        made = preparer.prepare(Batch(row_numbers(1, 1), table_of([told]), shapes))
    except LoadError as error:
        raise BadThing([str(error)]) from None
    faults = [each.detail or each.reason for each in made.rejects]
    faults += [
        _said(name, found.detail)
        for name, found in findings.found.items()
        if name.startswith(_NOT_TOLERATED)
    ]
    if faults:
        raise BadThing(faults)
    row = {name: values.to_pylist()[0] for name, values in made.frame.values.items()}
    fields = {each.field for each in kind.references}
    return One(
        {
            name: value
            for name, value in row.items()
            if name in kind.table.c and name not in _LEFT_OUT
        },
        {name: row[name] for name in fields | {"class_code"} if name in row},
    )


def _said(finding: str, detail: str) -> str:
    if finding.startswith("unread_"):
        return f"{finding.removeprefix('unread_')} is out of range or no value of its kind"
    return detail
