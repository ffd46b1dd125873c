"""Tell whether Arrow IPC messages are compressed, before anything is unpacked.

A compressed buffer of a few megabytes may unpack to all of the machine's memory, and pyarrow has no
limit for it. The flag lies in the message's FlatBuffers header (Message.fbs of Apache Arrow), which
pyarrow checks but does not show, so that this one field is read here.
"""

from struct import unpack_from
from typing import Final

import pyarrow as pa

_HEADER: Final = 2  # Message.header: Schema, DictionaryBatch or RecordBatch
_DICTIONARY_DATA: Final = 1  # DictionaryBatch.data: a RecordBatch
_COMPRESSION: Final = 3  # RecordBatch.compression


def has_compressed_buffers(stream: pa.Buffer) -> bool:
    """Read a whole stream and tell whether any batch in it is compressed.

    Raises:
        pa.ArrowException: it is no Arrow IPC stream.

    """
    return any(is_compressed(message) for message in pa.ipc.MessageReader.open_stream(stream))


def is_compressed(message: pa.Message) -> bool:
    """Tell whether a message is a batch with compressed buffers."""
    if message.type not in {"record batch", "dictionary"}:
        return False
    flat = message.metadata.to_pybytes()
    (root,) = unpack_from("<I", flat, 0)
    batch = _table(flat, root, _HEADER)
    if message.type == "dictionary":
        batch = batch and _table(flat, batch, _DICTIONARY_DATA)
    return batch is not None and _table(flat, batch, _COMPRESSION) is not None


def _table(flat: bytes, table: int, field: int) -> int | None:
    """Return where the table in a field of a table starts, None where the field is left out."""
    (back,) = unpack_from("<i", flat, table)
    fields = table - back
    (size,) = unpack_from("<H", flat, fields)
    slot = 4 + 2 * field
    if slot >= size:
        return None
    (inside,) = unpack_from("<H", flat, fields + slot)
    if inside == 0:
        return None
    (offset,) = unpack_from("<I", flat, table + inside)
    return table + inside + offset
