"""Many points as CSV: each row comes back as it was, with the code of its grid."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Final

import numpy as np

from gis_gov.areas.place_index import PlaceIndex
from gis_gov.areas.points import Degrees, placed
from gis_gov.body import Spool, spool
from gis_gov.geo.datum import Datum
from gis_gov.problems import InvalidRequest, UnsupportedMedia

ADDED: Final = "grid_code"
CHARSETS: Final = {"utf-8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
BATCH_ROWS: Final = 50_000
_BOM: Final = b"\xef\xbb\xbf"


class BadTable(InvalidRequest):
    """The body is not the table that it claims to be, or lacks the columns lon and lat."""

    slug, title, status = "bad-table", "The table cannot be read", 400


def answer_csv(charset: str, body: Spool, index: PlaceIndex, datum: Datum) -> Spool:
    """Copy the rows with the column `grid_code` added, empty for points in no grid.

    A row with neither lon nor lat has no place, and no code either.

    Raises:
        BadTable: no CSV in that character set, a row of another length, or no columns lon and lat.
        BadPoint: the first row whose coordinates are no position.
        UnsupportedMedia: an unknown character set.

    """
    encoding = CHARSETS.get(charset.lower())
    if encoding is None:
        raise UnsupportedMedia(f"charset {charset!r} is not read; use {', '.join(CHARSETS)}")
    if encoding == "utf-8" and body.read(3) == _BOM:
        encoding = "utf-8-sig"
    body.seek(0)
    with ExitStack() as opened:
        answer = opened.enter_context(spool())
        text = io.TextIOWrapper(answer, encoding=encoding, newline="")
        source = io.TextIOWrapper(body, encoding=encoding, newline="")
        rows = csv.reader(source, strict=True)
        try:
            csv.writer(text).writerows(_answered(rows, index, datum))
        except csv.Error as error:
            raise BadTable(f"line {rows.line_num}: {error}") from None
        except UnicodeDecodeError:
            raise BadTable(
                f"after line {rows.line_num}: not {charset}; name the encoding as `charset` in"
                " the content type"
            ) from None
        finally:
            source.detach()
            text.detach()
        opened.pop_all()
        return answer


def _answered(rows: Iterator[list[str]], index: PlaceIndex, datum: Datum) -> Iterator[list[str]]:
    header = next(rows, [])
    lon, lat = (_column(header, name) for name in ("lon", "lat"))
    if ADDED in header:
        raise BadTable(f"the table already has a column {ADDED}; rename it")
    yield [*header, ADDED]
    codes = [*index.codes, ""]  # NOWHERE is -1, the last
    first_row = 1
    # A blank line is no row.
    filled = (row for row in rows if row)
    while batch := list(islice(filled, BATCH_ROWS)):
        for number, row in enumerate(batch, first_row):
            if len(row) != len(header):
                raise BadTable(f"row {number}: {len(row)} cells, the header has {len(header)}")
        x, y = placed(_degrees(batch, lon), _degrees(batch, lat), datum, first_row)
        for row, grid in zip(batch, index.owner(x, y).tolist(), strict=True):
            yield [*row, codes[grid]]
        first_row += len(batch)


def _column(header: Sequence[str], name: str) -> int:
    if header.count(name) != 1:
        found = ", ".join(repr(column) for column in header) or "none"
        raise BadTable(f"needs one column {name!r}; the columns are: {found}")
    return header.index(name)


def _degrees(rows: Sequence[Sequence[str]], column: int) -> Degrees:
    cells = [row[column] for row in rows]
    values = np.fromiter(map(_number, cells), dtype=np.float64, count=len(cells))
    return Degrees(values, np.array([not cell or cell.isspace() for cell in cells]))


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan
