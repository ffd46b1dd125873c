"""Seal the fields of rows before they leave for the database."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.access.personal import context, digest_columns, digested
from gis_gov.access.sealing import Sealer
from gis_gov.ingest.arrow import pc
from gis_gov.ingest.frame import Frame

SEALED = "_sealed"
"""How the columns of sealed texts end; such texts differ each time, and are not compared."""
# Written as they are digested already: 18-digit ID numbers, mobile numbers.
_CANONICAL = r"^(\d{17}[\dX]|1\d{10})$"


def sealed_columns(field: str) -> tuple[str, ...]:
    """Name the columns of a sealed field: the sealed text, and its digests."""
    return (field + SEALED, *digest_columns(field))


def seal_field(frame: Frame, table: str, field: str, sealer: Sealer) -> None:
    """Put the columns of a sealed field in the place of its plain values."""
    values = frame.values.pop(field)
    given = np.asarray(values.is_valid())
    kept = values.drop_null()
    texts = kept.to_pylist()
    plain = pc.match_substring_regex(kept, _CANONICAL)
    if pc.all(plain, min_count=0).as_py():
        spelled: list[Sequence[str | None]] = [texts]
        spelled += [[None] * len(texts)] * (len(digest_columns(field)) - 1)
    else:
        spelled = [*zip(*(digested(field, text) for text in texts), strict=True)]
    bound = context(table, field)
    made = (sealer.seal_many(texts, bound), *(sealer.digest_many(each, bound) for each in spelled))
    for name, column in zip(sealed_columns(field), made, strict=True):
        frame.set(name, _hex(column, given))
        if field in frame.given:
            frame.given.add(name)
    frame.given.discard(field)


def _hex(values: Sequence[bytes | None], given: NDArray[np.bool_]) -> pa.Array:
    """Write values as PostgreSQL reads bytea; rows that are not given are null."""
    made = np.full(len(given), None, dtype=object)
    made[given] = [None if value is None else "\\x" + value.hex() for value in values]
    return pa.array(made, pa.string())
