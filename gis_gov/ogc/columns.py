"""What is sent of a thing, as the columns to write."""

from collections.abc import Mapping
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from gis_gov.db.metadata import provenance
from gis_gov.geo.datum import CANONICAL_EPSG, Datum
from gis_gov.ingest.event_classes import DICTIONARY
from gis_gov.ingest.one import BadThing, One, read_one
from gis_gov.ogc import boundaries, write_queries
from gis_gov.ogc.changes import Changes
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.ogc.sent import Sent
from gis_gov.ogc.writable import Writable
from gis_gov.ogc.writer import Writer
from gis_gov.problems import InvalidRequest

_PLACE: Final = frozenset({"geom", "cell", *(column.name for column in provenance())})
_STORAGE: Final = Datum.parse(f"EPSG:{CANONICAL_EPSG}")


async def changed_columns(writer: Writer, code: str, told: Changes, sent: Sent) -> dict[str, Any]:
    """Return the columns to write: those alone that change."""
    writable = writer.writable
    if not told.names:
        return {}
    one = await thing_sent(writer, code, told, sent, is_known=True)
    fields = {writable.renamed.get(name, name) for name in told.changed}
    fields |= _followed(writable, told, one)
    sealed = tuple(f"{name}_" for name in fields if writable.kind.by_name[name].sealed)
    row = {
        name: value
        for name, value in one.columns.items()
        if name in fields or name.startswith(sealed) or (told.is_moved and name in _PLACE)
    }
    if told.is_moved and "geom" not in row:
        row["geom"] = None
    references = {name: code for name, code in one.references.items() if name in fields}
    return await row_of(writer, row, references)


def _followed(writable: Writable, told: Changes, one: One) -> set[str]:
    """Name the fields that follow from those that change, as far as these tell anything of them."""
    following = {each for name in told.changed for each in writable.following.get(name, ())}
    unknown = {name: (None, writable.kind.by_name[name].default) for name in following}
    return {
        name
        for name, nothing in unknown.items()
        if told.values.get(name) in nothing and one.columns.get(name) not in nothing
    }


async def thing_sent(
    writer: Writer, code: str, told: Changes, sent: Sent, *, is_known: bool
) -> One:
    """Read what is told of a thing by the loader's rules.

    Raises:
        InvalidRequest: it breaks one.

    """
    shape, datum = await _drawn(writer, code, told, sent)
    values = {**told.values, "code": code}
    return _read(writer, values, shape, datum, is_known=is_known)


async def row_of(
    writer: Writer, columns: Mapping[str, Any], references: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return the columns that the table has, with those of what is referred to.

    Raises:
        InvalidRequest: a reference leads nowhere, or out of sight.

    """
    row = {**columns, **await _referred(writer, references)}
    return {name: value for name, value in row.items() if name in writer.writable.table.c}


async def _drawn(
    writer: Writer, code: str, told: Changes, sent: Sent
) -> tuple[BaseGeometry | None, Datum]:
    """Return the geometry to read by the loader's rules; what stays where it is lies there by them.

    A boundary is read whole in any case: it has to be there.
    """
    if not told.is_moved:
        if writer.writable.is_boundary:
            return await boundaries.stored_shape(writer.conn, writer.writable, code), _STORAGE
        return None, _STORAGE
    if told.shape is None or not writer.writable.is_boundary:
        return told.shape, sent.frame.datum
    drawn = await boundaries.drawn_shape(
        writer.conn, writer.writable, code, told.shape, sent.frame.datum
    )
    return drawn, _STORAGE


def _read(
    writer: Writer,
    values: Mapping[str, Any],
    shape: BaseGeometry | None,
    datum: Datum,
    *,
    is_known: bool,
) -> One:
    writable = writer.writable
    fields = {writable.renamed.get(name, name): value for name, value in values.items()}
    known = {name: value for name, value in fields.items() if name in writable.kind.by_name}
    texts = {name: _text(value) for name, value in {**known, **writable.fixed}.items()}
    try:
        return read_one(writable.kind, texts, shape, datum, writer.sealer, is_known=is_known)
    except BadThing as error:
        raise InvalidRequest(
            f"body: {error}", errors=[{"where": "body", "what": fault} for fault in error.faults]
        ) from None


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


async def _referred(writer: Writer, references: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the columns of what is referred to; of an address also where it lies."""
    made: dict[str, Any] = {}
    for name, code in references.items():
        if name == "class_code":
            made["class_id"] = code and await write_queries.find_class(
                writer.conn, DICTIONARY, code
            )
            if code and made["class_id"] is None:
                raise _leads_nowhere(name)
            continue
        if name not in writer.writable.refers:
            continue
        collection = COLLECTIONS[writer.writable.refers[name]]
        found = code and await write_queries.find_referred(
            writer.conn, collection, writer.actor, code
        )
        if code and not found:
            raise _leads_nowhere(name)
        column = next(each.column for each in writer.writable.kind.references if each.field == name)
        made[column] = found.id if found else None
        if column == "address_id":
            made["grid_id"] = found.grid_id if found else None
            made["area_id"] = found.area_id if found else None
    return made


def _leads_nowhere(name: str) -> InvalidRequest:
    return InvalidRequest.at(
        f"body.properties.{name}", "there is none such, or it is not yours to see"
    )
