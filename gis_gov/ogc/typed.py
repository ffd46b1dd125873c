"""Read the properties that a client sent as values of their types."""

import math
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from gis_gov.collection import Collection, Property
from gis_gov.cql.kinds import Kind
from gis_gov.ingest.idnumber import mistyped
from gis_gov.ingest.spec import Field
from gis_gov.ogc.sent import Sent
from gis_gov.ogc.writable import Writable
from gis_gov.problems import InvalidRequest

TEXT_MAX: Final = 10_000
TEXTS_MAX: Final = 1_000


def checked(collection: Collection, writable: Writable, sent: Sent) -> dict[str, Any]:
    """Return the properties that were sent and can be written, each of its type.

    Those that follow from others are left out: clients send them back as they came.

    Raises:
        InvalidRequest: there is no such property, or a value is not of its type.

    """
    fields = writable.written(collection)
    made: dict[str, Any] = {}
    for name, value in sent.members.get("properties", {}).items():
        told = collection.by_name.get(name)
        if told is None:
            if name == "masked":  # the list of what is masked, sent back
                continue
            listed = ", ".join(fields)
            raise InvalidRequest.at("body.properties", f"{name[:80]!r} is none; known: {listed}")
        if name in fields:
            made[name] = _typed(told, fields[name], value)
    return made


def nothing(told: Property, field: Field) -> Any:
    """Return what a property is where nothing is told of it."""
    return [] if told.kind is Kind.TEXTS else field.default


def _typed(told: Property, field: Field, value: Any) -> Any:
    """Read a JSON value as one of its property's kind."""
    where = f"body.properties.{told.name}"
    if value is None:
        return nothing(told, field)
    match told.kind, value:
        case Kind.TEXT, str():
            fault = _text_fault(value, told) or _number_fault(value, field)
        case Kind.INTEGER, int() if not isinstance(value, bool):
            fault = "" if abs(value) < 2**53 else "is out of range"
        case Kind.NUMBER, int() | float() if not isinstance(value, bool):
            fault = "" if math.isfinite(value) else "is no number"
            value = _narrow(value)
        case Kind.TEXTS, list():
            fault = _texts_fault(value, told)
            if not fault and not field.stored:
                value = sorted(set(value))
        case Kind.DATE | Kind.INSTANT, str():
            return _time(where, told.kind, value)
        case _:
            fault = f"is no {told.kind.value}"
    if fault:
        raise InvalidRequest.at(where, fault)
    return value


def _narrow(value: float) -> float:
    """Round to what a REAL column keeps, as which it is told again."""
    with np.errstate(over="ignore"):
        return float(str(np.float32(value)))


def _text_fault(value: str, told: Property) -> str:
    if "\0" in value:
        return "has a null character"
    if len(value) > TEXT_MAX:
        return f"has more than {TEXT_MAX} characters"
    if told.choices and value not in told.choices:
        return f"is one of {', '.join(told.choices)}"
    return ""


def _number_fault(value: str, field: Field) -> str:
    """Refuse a citizen's number that is mistyped; documents of others have other forms."""
    is_mistyped = field.name == "id_number" and mistyped(value)
    return "is no citizen's number: its date or its check character is wrong" if is_mistyped else ""


def _texts_fault(values: list[Any], told: Property) -> str:
    if len(values) > TEXTS_MAX:
        return f"has more than {TEXTS_MAX} texts"
    if not all(isinstance(each, str) and each.strip() == each != "" for each in values):
        return "is no list of texts without blanks around them"
    return next((fault for each in values if (fault := _text_fault(each, told))), "")


def _time(where: str, kind: Kind, text: str) -> date | datetime:
    try:
        made = date.fromisoformat(text) if kind is Kind.DATE else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest.at(where, f"is no {kind.value} of RFC 3339") from None
    if isinstance(made, datetime) and made.tzinfo is None:
        raise InvalidRequest.at(where, "needs an offset, such as Z or +08:00")
    return made
