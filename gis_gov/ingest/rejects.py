"""The file of rejected rows: row number, reason, detail, and the row as it stands in its file."""

import csv
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import Connection

from gis_gov.ingest.attrs import row_values
from gis_gov.ingest.sources.batch import ReadOptions
from gis_gov.ingest.sources.open import open_source

HEAD = ("file", "row", "reason", "detail")
RESERVED = frozenset((*HEAD, "row_text"))
_COUNT = "select reason, count(*) from stage_reject group by reason"
_OF_FILE = "select row, reason, detail from stage_reject where file = %s order by row"


def count_reasons(connection: Connection[Any]) -> Counter[str]:
    """Count the rejected rows by reason."""
    return Counter(dict(connection.execute(_COUNT).fetchall()))


def write_rejects(
    connection: Connection[Any], path: Path, files: Sequence[Path], options: ReadOptions
) -> None:
    """Write the rejected rows of the files, which are read once more for it.

    The columns are those of all files after the four of ours; a row that could not be split into
    columns stands in `row_text`. The file appears whole or not at all, readable by its owner only.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = _all_columns(files, options)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, [*HEAD, *columns, "row_text"], restval="")
            writer.writeheader()
            for number, source in enumerate(files):
                refused = {
                    row: (reason, detail)
                    for row, reason, detail in connection.execute(_OF_FILE, [number]).fetchall()
                }
                for row, values in _originals(source, options, refused.keys()):
                    reason, detail = refused[row]
                    head = {"file": source.name, "row": row, "reason": reason, "detail": detail}
                    writer.writerow({**values, **head})
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _all_columns(files: Sequence[Path], options: ReadOptions) -> list[str]:
    names: dict[str, None] = {}
    for path in files:
        with open_source(path, options) as source:
            for batch in source.batches():
                names.update(dict.fromkeys(batch.columns.column_names))
                if batch.geometry is not None:
                    names["geometry"] = None
    return list(_renamed(names))


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the columns of a file that have the name of one of ours."""
    return {(f"{name}_" if name in RESERVED else name): value for name, value in values.items()}


def _originals(
    path: Path, options: ReadOptions, wanted: Any
) -> Iterator[tuple[int, dict[str, object]]]:
    """Read a file again for the rows that are wanted."""
    numbers = np.fromiter(wanted, dtype=np.int64)
    if not numbers.size:
        return
    with open_source(path, options) as source:
        for batch in source.batches():
            for broken in batch.broken:
                yield broken.number, {"row_text": broken.text}
            for at in np.flatnonzero(np.isin(batch.numbers, numbers)).tolist():
                yield int(batch.numbers[at]), _renamed(row_values(batch, at))
