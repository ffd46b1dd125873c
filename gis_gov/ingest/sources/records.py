"""Records (JSON objects, XML elements) as rows: ragged, some with a geometry in GeoJSON or WKT."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import orjson

from gis_gov.ingest.sources.batch import BATCH_ROWS, Batch, BrokenRow, row_numbers, table_of
from gis_gov.ingest.sources.geojson import GEOMETRY_TYPES, geometries_of

_GEOMETRY_NAMES = ("geometry", "geom", "the_geom", "shape")


def record_batches(records: Iterable[object], first: int = 1) -> Iterator[Batch]:
    """Make batches of records, numbered from `first`; what is no object is broken."""
    pending: list[object] = []
    for record in records:
        pending.append(record)
        if len(pending) == BATCH_ROWS:
            yield record_batch(pending, first)
            first += len(pending)
            pending = []
    if pending:
        yield record_batch(pending, first)


def record_batch(records: Sequence[object], first: int) -> Batch:
    """Make one batch of records."""
    numbers = row_numbers(first, len(records))
    good = np.array([isinstance(record, dict) for record in records], dtype=bool)
    rows = [record for record in records if isinstance(record, dict)]
    broken = [
        BrokenRow(int(number), "bad_record", "not an object", orjson.dumps(record).decode())
        for number, record in zip(numbers, records, strict=True)
        if not isinstance(record, dict)
    ]
    name = _geometry_member(rows)
    if name is None:
        return Batch(numbers[good], table_of(rows), None, broken)
    shapes, unread = geometries_of([row.get(name) for row in rows])
    numbers = numbers[good]
    broken += [
        BrokenRow(int(numbers[at]), "bad_geometry", why, orjson.dumps(rows[at]).decode())
        for at, why in unread.items()
    ]
    kept = np.array([at not in unread for at in range(len(rows))], dtype=bool)
    table = table_of(
        [
            {key: value for key, value in row.items() if key != name}
            for row, keep in zip(rows, kept, strict=True)
            if keep
        ]
    )
    return Batch(numbers[kept], table, shapes[kept], broken)


def _geometry_member(rows: Sequence[dict[str, Any]]) -> str | None:
    """Name the member that holds GeoJSON geometries, if there is one."""
    for name in _GEOMETRY_NAMES:
        values = [row[name] for row in rows if row.get(name) is not None]
        if values and all(
            isinstance(value, dict) and value.get("type") in GEOMETRY_TYPES for value in values
        ):
            return name
    return None
