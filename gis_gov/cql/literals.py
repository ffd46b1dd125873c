"""Values that stand in a filter themselves, each bound as a parameter of its type."""

import math
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Double, Text, cast, literal

from gis_gov.cql import moments
from gis_gov.cql.kinds import Kind, Value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import Frame, shape_of, value_of_shape


def literal_value(node: Any, frame: Frame) -> Value | None:
    """Read a literal, None where the part is none; `frame` is what coordinates are in.

    Raises:
        InvalidFilter: it is a broken one.

    """
    match node:
        case {"date": str(told)}:
            return moments.date_value(told)
        case {"timestamp": str(told)}:
            return moments.instant_value(told)
        case {"type": str()} | {"bbox": _}:
            return value_of_shape(shape_of(node, frame))
        case bool() | str() | int() | float() | list():
            return _plain(node)
    return None


def _plain(node: Any) -> Value:
    match node:
        case bool():
            return Value(Kind.BOOLEAN, cast(literal(node), Boolean))
        case str():
            return Value(Kind.TEXT, cast(literal(_storable(node)), Text), text=node)
        case list() if all(isinstance(each, str) for each in node):
            told = [_storable(each) for each in node]
            return Value(Kind.TEXTS, cast(literal(told, ARRAY(Text)), ARRAY(Text)))
        case int() if node.bit_length() < 64:
            return Value(Kind.INTEGER, cast(literal(node, BigInteger), BigInteger))
        case float() if math.isfinite(node):
            return Value(Kind.NUMBER, cast(literal(node), Double))
        case list():
            raise InvalidFilter("a list holds texts here")
    raise InvalidFilter("a number is too large")


def _storable(text: str) -> str:
    if "\0" in text:
        raise InvalidFilter("has a null character")
    return text
