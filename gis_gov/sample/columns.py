"""Text columns made in one go: digits, pieces joined, words picked from a list."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


def digits(value: Ints, width: int) -> Bytes:
    """Write whole numbers as ASCII digits, padded with zeros: (n, width)."""
    if len(value) and (value.min() < 0 or value.max() >= 10**width):
        raise ValueError(f"numbers do not fit {width} digits")
    power = 10 ** np.arange(width - 1, -1, -1)
    return (value[:, None] // power % 10 + 48).astype(np.uint8)


def fixed_text(matrix: Bytes) -> pa.StringArray:
    """Make a text column of ASCII rows of equal length (n, width)."""
    number, width = matrix.shape
    offsets = np.arange(0, number * width + 1, width, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(matrix))]
    return pa.StringArray.from_buffers(number, *buffers[1:], buffers[0])


def words(choices: Sequence[str], index: Ints) -> pa.Array:
    """Pick a word for each row."""
    return pa.array(choices, pa.string()).take(pa.array(index))


def pick(column: pa.Array, index: Ints) -> pa.Array:
    """Pick rows of a column."""
    return column.take(pa.array(index))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Join columns and constant text row by row."""
    pieces = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.call_function("binary_join_element_wise", [*pieces, pa.scalar("")])


def number_text(value: Ints) -> pa.Array:
    """Write whole numbers as text."""
    return pa.array(value).cast(pa.string())


def only_where(wanted: NDArray[np.bool_], column: pa.Array) -> pa.Array:
    """Keep a column's values where wanted, null elsewhere."""
    return pc.call_function("if_else", [pa.array(wanted), column, pa.scalar(None, column.type)])
