"""Sums of patrols as files for spreadsheets."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.api import PRIVATE
from gis_gov.spreadsheet import BOM, csv_rows

FileForm = Literal["json", "csv"]
Form = Annotated[FileForm, Query(description="`csv` takes the right `export`")]
CSV_EXAMPLE: Final = "code,name,patrols,valid_mileage_m\r\nW0012,陈一,2,5893.7\r\n"
_MEDIA: Final = "text/csv; charset=utf-8; header=present"


def require_export(actor: Actor, form: FileForm) -> None:
    """Refuse a file to who may take none out.

    Raises:
        NotAllowed: naming the right.

    """
    if form == "csv":
        actor.require(Permission.EXPORT)


def csv_answer(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Response:
    """Answer rows as CSV, with a header and a byte-order mark; what is null is empty."""
    written = BOM + csv_rows([columns, *([row[each] for each in columns] for row in rows)])
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(written, 200, headers, _MEDIA)
