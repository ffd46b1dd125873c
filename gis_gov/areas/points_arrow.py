"""Many points as an Arrow IPC stream: each column comes back, with the codes of the grids.

Record batches are read where they lie, cut into short ones, and written one after the other:
however long the stream or a batch of it is, only some rows at a time are worked on in memory.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import numpy as np
import pyarrow as pa

from gis_gov.areas.arrow_messages import has_compressed_buffers
from gis_gov.areas.place_index import PlaceIndex
from gis_gov.areas.points import Degrees, placed
from gis_gov.areas.points_csv import ADDED, BadTable
from gis_gov.body import Spool, contents, spool
from gis_gov.geo.cover import NOWHERE
from gis_gov.geo.datum import Datum

CODES: Final = pa.dictionary(pa.int32(), pa.string())
BATCH_ROWS: Final = 65_536
COMPRESSED: Final = "compressed Arrow buffers are not read; write without compression"


def _nothing() -> None:
    """Flush what needs no flushing."""


def answer_arrow(body: Spool, index: PlaceIndex, datum: Datum) -> Spool:
    """Copy the stream with the dictionary column `grid_code` added, null for points in no grid.

    A row with neither lon nor lat has no place, and no code either.

    Raises:
        BadTable: no Arrow stream, compressed, or without numeric columns lon and lat.
        BadPoint: the first row whose coordinates are no position.

    """
    with ExitStack() as opened:
        answer = opened.enter_context(spool())
        with _readable():
            sent = pa.py_buffer(contents(body))
            if has_compressed_buffers(sent):
                raise BadTable(COMPRESSED)
        locate_batches(sent, answer, index, datum)
        opened.pop_all()
        return answer


def locate_batches(
    sent: Any, answer: Any, index: PlaceIndex, datum: Datum, flush: Callable[[], None] = _nothing
) -> None:
    """Read an Arrow stream, and write it with `grid_code` added; flush after each batch.

    Raises:
        BadTable: no Arrow stream, or without numeric columns lon and lat.
        BadPoint: the first row whose coordinates are no position.

    """
    with _readable(), pa.ipc.open_stream(sent) as source:
        lon, lat = (_column(source.schema, name) for name in ("lon", "lat"))
        if ADDED in source.schema.names:
            raise BadTable(f"the table already has a column {ADDED}; rename it")
        schema = source.schema.append(pa.field(ADDED, CODES))
        with pa.ipc.new_stream(answer, schema) as out:
            for batch, codes in _answered(source, (lon, lat), index, datum):
                out.write_batch(pa.record_batch([*batch.columns, codes], schema=schema))
                flush()
    flush()


@contextmanager
def _readable() -> Generator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        said = str(error).partition("\n")[0]
        raise BadTable(f"no readable Arrow stream: {said}") from None


def _answered(
    source: Iterator[pa.RecordBatch], columns: tuple[int, int], index: PlaceIndex, datum: Datum
) -> Iterator[tuple[pa.RecordBatch, pa.DictionaryArray]]:
    codes = pa.array(index.codes, pa.string())
    first_row = 1
    for batch in _cut(source):
        lon, lat = (_degrees(batch.column(column)) for column in columns)
        x, y = placed(lon, lat, datum, first_row)
        owner = index.owner(x, y)
        grids = pa.array(owner, pa.int32(), mask=owner == NOWHERE)
        yield batch, pa.DictionaryArray.from_arrays(grids, codes)
        first_row += batch.num_rows


def _cut(source: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in source:
        # Nothing that came from outside is trusted to point into itself.
        batch.validate(full=True)
        for start in range(0, batch.num_rows, BATCH_ROWS):
            yield batch.slice(start, BATCH_ROWS)


def _column(schema: pa.Schema, name: str) -> int:
    found = schema.get_all_field_indices(name)
    if len(found) != 1:
        raise BadTable(f"needs one column {name!r}; the columns are: {schema.names}")
    kind = schema.field(found[0]).type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        raise BadTable(f"column {name!r} is {kind}; it must be numbers")
    return found[0]


def _degrees(column: pa.Array) -> Degrees:
    blank = np.asarray(column.is_null())
    return Degrees(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), blank)
