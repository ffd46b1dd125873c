"""Tables of figures as files for spreadsheets."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gis_gov.spreadsheet import BOM, csv_rows

CSV: Final = "text/csv"
CSV_UTF8: Final = f"{CSV}; charset=utf-8; header=present"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Row = Mapping[str, Any]


def table_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Write rows as CSV with a header and a byte-order mark; what is null is empty."""
    told = ([_listed(row.get(name)) for name in columns] for row in rows)
    return (BOM + csv_rows([columns, *told])).encode()


def table_xlsx(columns: Sequence[str], rows: Sequence[Row], about: Row) -> bytes:
    """Write a workbook: a sheet of the rows, and one of what the figures are about."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("statistics")
    sheet.freeze_panes = "A2"
    for row in [columns, *([row.get(name) for name in columns] for row in rows)]:
        sheet.append([_cell(sheet, value) for value in row])
    other = book.create_sheet("about")
    for name, value in about.items():
        other.append([_cell(other, name), _cell(other, value)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _listed(value: Any) -> Any:
    """Write several values as one text."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _cell(sheet: Any, value: Any) -> Any:
    value = _listed(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell
