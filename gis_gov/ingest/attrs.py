"""What no field of ours holds, kept as one JSON object a row."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from gis_gov.ingest.sources.batch import Batch, as_text, is_json
from gis_gov.ingest.values import Bools

_NUL = b"\\u0000"


class Attrs:
    """Gathers the left-over columns of a batch, and texts that could not be read."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._columns: dict[str, list[Any]] = {}

    @property
    def names(self) -> Iterable[str]:
        """Name what was gathered."""
        return self._columns

    def keep(
        self, name: str, values: pa.Array, field: pa.Field, where: Bools | None = None
    ) -> None:
        """Keep a column, or its values in some rows."""
        listed = _json_values(values, field)
        if where is not None:
            listed = [value if keep else None for value, keep in zip(listed, where, strict=True)]
        if name in self._columns:
            known = self._columns[name]
            listed = [old if new is None else new for old, new in zip(known, listed, strict=True)]
        self._columns[name] = listed

    def texts(self) -> pa.Array:
        """Write the objects; a value that is missing is left out."""
        if not self._columns:
            return pa.array(["{}"] * self._rows, pa.string())
        names = list(self._columns)
        made = [
            _text(
                {name: value for name, value in zip(names, row, strict=True) if value is not None}
            )
            for row in zip(*self._columns.values(), strict=True)
        ]
        return pa.array(made, pa.string())


def _json_values(values: pa.Array, field: pa.Field) -> list[Any]:
    if pa.types.is_floating(values.type):
        numbers = values.to_numpy(zero_copy_only=False)
        finite = np.isfinite(numbers)
        return [
            (int(n) if n.is_integer() and abs(n) < 2**53 else n) if good else None
            for n, good in zip(numbers.tolist(), finite.tolist(), strict=True)
        ]
    listed = values.to_pylist()
    if is_json(field):
        return [None if value is None else orjson.Fragment(value) for value in listed]
    if pa.types.is_string(values.type):
        return [value.strip() or None if value is not None else None for value in listed]
    return listed


def _text(row: Mapping[str, Any]) -> str:
    written = orjson.dumps(row, default=str)
    return (written.replace(_NUL, b"") if _NUL in written else written).decode()


def row_values(batch: Batch, at: int) -> dict[str, object]:
    """Give a row as it stands in its file, its geometry as WKT."""
    values: dict[str, object] = {
        name: as_text(value)
        for name, value in next(iter(batch.columns.slice(at, 1).to_pylist()), {}).items()
    }
    if batch.geometry is not None and batch.geometry[at] is not None:
        values["geometry"] = batch.geometry[at].wkt
    return values
