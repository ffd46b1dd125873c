"""Persons as CSV, each line marked with who took it out and when."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recording
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import still
from gis_gov.registry.conditions import Conditions
from gis_gov.registry.queries import read_persons
from gis_gov.registry.rows import PersonRow
from gis_gov.registry.service import person_feature
from gis_gov.spreadsheet import BOM, BROKEN_OFF, csv_rows
from gis_gov.state import State, state_of

COLUMNS: Final = (
    "code",
    "name",
    "sex",
    "birth_year",
    "birth_date",
    "id_number",
    "phone",
    "person_class",
    "tags",
    "address",
    "address_code",
    "house_code",
    "grid_code",
    "area_code",
    "lon",
    "lat",
    "exported",
)
EXAMPLE: Final = f"{','.join(COLUMNS)}\r\n"
PIECE_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Export:
    """A table that somebody takes out: what is asked for, and how each line is marked."""

    request: Request
    record: Recording
    actor: Actor
    conditions: Conditions
    mark: str
    by_name: bool


async def csv_lines(export: Export) -> AsyncIterator[str]:
    """Write the persons that fit, masked as in lists; UTF-8 with a byte-order mark.

    Ends at the first piece before which the rights are not those of the beginning: what may be
    taken out, and how it is masked, was decided by them.
    """
    state, actor = state_of(export.request.app), export.actor
    yield BOM + csv_rows([COLUMNS])
    after: tuple[str, ...] | None = None
    while True:
        async with state.pool.connection(actor.scope) as conn:
            rows = await read_persons(
                conn,
                actor,
                export.conditions,
                limit=PIECE_ROWS,
                after=after,
                by_name=export.by_name,
            )
        if not rows:
            return
        yield csv_rows(_cells(state, actor, row, export.mark) for row in rows)
        after = (rows[-1].name, rows[-1].code) if export.by_name else (rows[-1].code,)
        again = await still(export.request, Permission.PERSON_READ, Permission.EXPORT)
        if again is None or again.reaches != actor.reaches:
            detail = {"mark": export.mark, "after": rows[-1].code}
            entry = Entry("person.export", "refused", "person", reason=BROKEN_OFF, detail=detail)
            await export.record(entry)
            yield csv_rows([[BROKEN_OFF]])
            return


def _cells(state: State, actor: Actor, row: PersonRow, mark: str) -> list[Any]:
    feature = person_feature(actor, state.sealer, row)
    lon, lat = feature["geometry"]["coordinates"] if feature["geometry"] else (None, None)
    told = {**feature["properties"], "lon": lon, "lat": lat, "exported": mark}
    told["tags"] = "、".join(told["tags"] or ())
    return [told[name] for name in COLUMNS]
