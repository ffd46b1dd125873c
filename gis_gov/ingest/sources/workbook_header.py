"""Find the header of a spreadsheet's table: below titles, over several rows, merged or not."""

from collections.abc import Sequence
from typing import NamedTuple

from gis_gov.ingest.known_names import is_known
from gis_gov.ingest.sources.delimited import unique_names

Row = Sequence[str | None]

_ROWS_MAX = 4


class Merge(NamedTuple):
    """A block of merged cells; rows and columns counted from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


class Header(NamedTuple):
    """Names of the columns (empty for a column without one), and the header's last row, from 0."""

    names: list[str]
    last_row: int


def find_header(top: Sequence[Row], merges: Sequence[Merge]) -> Header | None:
    """Find the header among the first rows of a sheet, or None.

    The header's main row is the one with the most names of known fields, or else the first with
    two texts and nothing but texts. Rows that are joined to it by merged cells belong to it too.
    """
    rows = [_spread(row, at, merges) for at, row in enumerate(top)]
    main = _main_row(rows)
    if main is None:
        return None
    first, last = main, main
    for merge in merges:
        if merge.top <= main <= merge.bottom and _is_part_of_header(merge, rows):
            first, last = min(first, merge.top), max(last, merge.bottom)
    first = _with_groups_above(rows, first, merges)
    if merges and last == main and _has_groups(merges, main):
        last = main + 1
    names = [_joined([row[column] for row in rows[first : last + 1]]) for column in _columns(rows)]
    return Header(_shortest_unique(names), last)


def _spread(row: Row, at: int, merges: Sequence[Merge]) -> list[str | None]:
    """Give each of the cells that are merged sideways the text of the first."""
    spread = list(row)
    for merge in merges:
        if merge.top <= at <= merge.bottom and at == merge.top and merge.left < len(spread):
            for column in range(merge.left, min(merge.right + 1, len(spread))):
                spread[column] = spread[merge.left]
    return spread


def _main_row(rows: Sequence[Row]) -> int | None:
    known = [sum(is_known(text) for text in set(row) if text) for row in rows]
    if known and max(known) >= 2:
        return known.index(max(known))
    for at, row in enumerate(rows):
        texts = [text for text in row if text]
        if len(set(texts)) >= 2 and not any(_is_number(text) for text in texts):
            return at
    return None


def _is_part_of_header(merge: Merge, rows: Sequence[Row]) -> bool:
    """Tell a header's cell, merged over some columns, from a title, merged over all."""
    return (
        merge.right - merge.left + 1 < len(_columns(rows)) and merge.bottom - merge.top < _ROWS_MAX
    )


def _with_groups_above(rows: Sequence[Row], first: int, merges: Sequence[Merge]) -> int:
    """Take in the row above, if it has group names: texts over some columns, merged sideways."""
    while first > 0:
        groups = [m for m in merges if m.top == first - 1 and m.right > m.left]
        if not any(_is_part_of_header(merge, rows) for merge in groups):
            break
        first -= 1
    return first


def _has_groups(merges: Sequence[Merge], row: int) -> bool:
    return any(m.top == row == m.bottom and m.right > m.left for m in merges) and any(
        m.top == row and m.bottom > row for m in merges
    )


def _columns(rows: Sequence[Row]) -> range:
    return range(max((len(row) for row in rows), default=0))


def _joined(texts: Sequence[str | None]) -> list[str]:
    """List the different texts of a column's header cells, from the top down."""
    return list(dict.fromkeys(" ".join(text.split()) for text in texts if text))


def _shortest_unique(paths: Sequence[Sequence[str]]) -> list[str]:
    """Name each column by its lowest header cell; with its groups, where that is ambiguous."""
    leaves = [path[-1] if path else "" for path in paths]
    names = [
        leaf if leaves.count(leaf) == 1 or not leaf else "/".join(path)
        for leaf, path in zip(leaves, paths, strict=True)
    ]
    numbered = unique_names([name or "\x00" for name in names])
    return ["" if name.startswith("\x00") else name for name in numbered]


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()
