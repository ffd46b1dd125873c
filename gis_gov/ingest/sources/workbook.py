"""Read spreadsheets: XLSX, and XLS, XLSB and ODS by the same means."""

import datetime
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import BATCH_ROWS, Batch, FileSource, ReadOptions
from gis_gov.ingest.sources.workbook_header import Merge, find_header

_HEADER_ROWS_LOOKED_AT = 30
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))

Cell = object


class Workbook(FileSource):
    """A sheet of a spreadsheet, every cell as text. Rows are numbered as the sheet shows them.

    Title rows above the header are passed over; header cells of several rows are joined; a value
    in merged cells below the header counts for each of them.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format=path.suffix[1:].upper())
        self._sheet = self._choose()
        top = [list(row) for row in islice(self._rows(), _HEADER_ROWS_LOOKED_AT)]
        self._merges = [
            Merge(*first, *last) for first, last in self._sheet.merged_cell_ranges or []
        ]
        header = find_header([[cell_text(c) for c in row] for row in top], self._merges)
        if header is None:
            raise LoadError(
                f"{path.name}: no header row found in sheet {self._sheet.name!r}; "
                "a table starts with a row of column names"
            )
        self._header = header
        self.names = header.names

    def batches(self) -> Iterator[Batch]:
        """Read the rows below the header that are not empty."""
        total = max(self._sheet.total_height, 1)
        numbers: list[int] = []
        rows: list[list[str | None]] = []
        filled = _Filled(self._merges, self._header.last_row)
        for position, row in enumerate(self._rows()):
            if position <= self._header.last_row:
                continue
            texts = filled.row(position, [cell_text(cell) for cell in row])
            if any(text is not None for text in texts):
                numbers.append(position + 1)
                rows.append(texts)
            if len(rows) == BATCH_ROWS:
                self._done = position / total
                yield self._batch(numbers, rows)
                numbers, rows = [], []
        if rows:
            yield self._batch(numbers, rows)

    def _batch(self, numbers: list[int], rows: list[list[str | None]]) -> Batch:
        columns = {
            name: pa.array([row[at] if at < len(row) else None for row in rows], pa.string())
            for at, name in enumerate(self.names)
            if name
        }
        return Batch(np.asarray(numbers, dtype=np.int64), pa.table(columns))

    def _rows(self) -> Iterator[Sequence[Cell]]:
        yield from self._sheet.iter_rows()

    def _choose(self) -> CalamineSheet:
        try:
            book = CalamineWorkbook.from_path(str(self.path), load_tables=False)
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible
            ]
            wanted = self.options.layer
            if wanted is not None and wanted not in book.sheet_names:
                raise LoadError(
                    f"{self.path.name}: no sheet {wanted!r}; it has {', '.join(book.sheet_names)}"
                )
            sheets = [book.get_sheet_by_name(name) for name in ([wanted] if wanted else shown)]
        except (CalamineError, BadZipFile, OSError) as error:
            raise LoadError(f"{self.path.name}: no spreadsheet, or cut off: {error}") from error
        full = [sheet for sheet in sheets if sheet.total_height > 0]
        if not full:
            raise LoadError(f"{self.path.name}: no rows in any sheet")
        if len(full) > 1:
            others = ", ".join(sheet.name for sheet in full[1:])
            self.notes.append(f"sheet {full[0].name!r} is read; {others}: load with --layer")
        return full[0]


class _Filled:
    """Give each of merged cells the value of the first, going down the rows."""

    def __init__(self, merges: Sequence[Merge], header: int) -> None:
        self._starting: dict[int, list[Merge]] = {}
        self._open: list[tuple[Merge, str | None]] = []
        for merge in merges:
            if merge.top > header:
                self._starting.setdefault(merge.top, []).append(merge)

    def row(self, position: int, texts: list[str | None]) -> list[str | None]:
        for merge in self._starting.pop(position, ()):
            value = texts[merge.left] if merge.left < len(texts) else None
            self._open.append((merge, value))
        if self._open:
            self._open = [opened for opened in self._open if opened[0].bottom >= position]
            for merge, value in self._open:
                for column in range(merge.left, min(merge.right + 1, len(texts))):
                    texts[column] = value
        return texts


def cell_text(cell: Cell) -> str | None:
    """Write a cell as text: whole numbers without a point, dates as ISO, errors and blanks as None.

    A number with more digits than a cell holds (15) comes out in scientific notation, so that a
    code that was damaged this way is seen.
    """
    match cell:
        case None | "":
            return None
        case bool():
            return "true" if cell else "false"
        case int() | float():
            if abs(cell) >= 1e15:
                return f"{cell:.14e}"
            return str(int(cell)) if float(cell).is_integer() else repr(cell)
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case _:
            text = str(cell).strip()
            return None if not text or text in _ERRORS else text
