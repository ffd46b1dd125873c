"""Read the values of a field, a whole column at a time, by its type."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.ingest import times
from gis_gov.ingest.arrow import pc
from gis_gov.ingest.bearing import bearing_of
from gis_gov.ingest.header import folded, without_brackets
from gis_gov.ingest.sources.batch import is_json
from gis_gov.ingest.spec import Field, Type

Bools = NDArray[np.bool_]

_DAMAGED = r"^\d(\.\d+)?[eE]\+\d+$"
_WHOLE_FLOAT = r"^\d+\.0$"
_THOUSANDS = r"^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$"
_UNIT = r"\s*(m|米|M|㎡|m2|平方米|平米|层|層|楼|户|戶|人|度|°|deg|秒)$"
_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_CODE_LENGTH_MAX = 255
_SEPARATORS = re.compile(r"[;；|、,，]")
_BETWEEN_WORDS = re.compile(r"[;；|、,，\s]")


@dataclass(frozen=True)
class Column:
    """The values of a field, null where there is none or it can't be read, and which can't."""

    values: pa.Array
    unread: Bools

    def __len__(self) -> int:
        return len(self.values)


@dataclass
class Reader:
    """Reads fields; what it learns of one batch (month or day first) holds for the next."""

    zone: ZoneInfo
    orders: dict[str, times.MonthOrDay] = field(default_factory=dict)

    def read(self, each: Field, raw: pa.Array, arrow_field: pa.Field) -> Column:
        """Read a field from its column as it stands in the file."""
        match each.type:
            case Type.MOMENT:
                return Column(*times.moments(_blank_to_null(raw), self.zone, self._order(each)))
            case Type.DATE:
                return Column(*times.dates(_blank_to_null(raw), self._order(each)))
            case Type.CLOCK:
                return Column(*times.clocks(_blank_to_null(raw)))
            case Type.NUMBER | Type.INTEGER:
                return _number(each, raw)
            case Type.LIST:
                return _list(each, raw, json=is_json(arrow_field))
            case _:
                return _TEXTUAL[each.type](each, text(raw))

    def _order(self, each: Field) -> times.MonthOrDay:
        return self.orders.setdefault(each.name, times.MonthOrDay())


def text(raw: pa.Array) -> pa.Array:
    """Write a column as text without blanks around; null where nothing is left.

    Lists and structs are written as JSON.
    """
    if pa.types.is_nested(raw.type):
        rows = raw.to_pylist()
        written = [r if r is None else orjson.dumps(r, default=str).decode() for r in rows]
        raw = pa.array(written, pa.string())
    elif pa.types.is_floating(raw.type):
        raw = _float_texts(raw)
    elif not pa.types.is_string(raw.type):
        raw = raw.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(raw)
    if pc.any(pc.match_substring(trimmed, "\x00")).as_py():  # PostgreSQL has no such character
        trimmed = pc.utf8_trim_whitespace(pc.replace_substring(trimmed, "\x00", ""))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def as_number(values: pa.Array) -> NDArray[np.float64]:
    """Give numbers as floats, NaN for null."""
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _blank_to_null(raw: pa.Array) -> pa.Array:
    return text(raw) if pa.types.is_string(raw.type) or pa.types.is_integer(raw.type) else raw


def _float_texts(raw: pa.Array) -> pa.Array:
    """Write floats as text, whole ones as integers: codes are often read as floats."""
    numbers = raw.cast(pa.float64()).to_numpy(zero_copy_only=False)
    whole = np.isfinite(numbers) & (numbers == np.trunc(numbers)) & (np.abs(numbers) < 1e15)
    if whole.all():
        return pa.array(numbers.astype(np.int64)).cast(pa.string())
    texts = [
        None if np.isnan(n) else str(int(n)) if w else repr(float(n))
        for n, w in zip(numbers.tolist(), whole.tolist(), strict=True)
    ]
    return pa.array(texts, pa.string())


def _text(_: Field, values: pa.Array) -> Column:
    return Column(values, np.zeros(len(values), dtype=bool))


def _code(_: Field, values: pa.Array) -> Column:
    """Read codes: full-width digits and letters made half-width; those damaged by Excel unread."""
    if not pc.all(pc.string_is_ascii(values)).as_py():
        values = pc.utf8_normalize(values, form="NFKC")
    if pc.any(pc.match_substring_regex(values, _WHOLE_FLOAT)).as_py():
        values = pc.if_else(
            pc.match_substring_regex(values, _WHOLE_FLOAT),
            pc.replace_substring_regex(values, r"\.0$", ""),
            values,
        )
    damaged = _true(pc.match_substring_regex(values, _DAMAGED))
    damaged |= _true(pc.greater(pc.utf8_length(values), _CODE_LENGTH_MAX))
    return Column(_without(values, damaged), damaged)


def _choice(each: Field, values: pa.Array) -> Column:
    known = each.choices or {}
    encoded = values.dictionary_encode()
    meant = [
        known.get(folded(word), known.get(without_brackets(word)))
        for word in encoded.dictionary.to_pylist()
    ]
    found = pa.array(meant, pa.string()).take(encoded.indices)
    return Column(found, np.asarray(values.is_valid()) & ~np.asarray(found.is_valid()))


def _number(each: Field, raw: pa.Array) -> Column:
    if pa.types.is_floating(raw.type) or pa.types.is_integer(raw.type):
        numbers, given = raw.cast(pa.float64()), np.asarray(raw.is_valid())
    else:
        texts = text(raw)
        given = np.asarray(texts.is_valid())
        numbers = _floats(texts)
    found = numbers.to_numpy(zero_copy_only=False).copy()
    with np.errstate(invalid="ignore"):
        good = np.isfinite(found)
        if each.low is not None:
            good &= found >= each.low
        if each.high is not None:
            good &= found <= each.high
        if each.type is Type.INTEGER:
            good &= found == np.trunc(found)
    kind = pa.int64() if each.type is Type.INTEGER else pa.float64()
    made = pa.array(np.where(good, found, 0), mask=~good).cast(kind)
    return Column(made, given & ~good)


def _floats(texts: pa.Array) -> pa.Array:
    """Read texts as floats, null where they are none; thousands' commas and units are left out."""
    plain = pc.match_substring_regex(texts, _NUMBER)
    if not pc.all(plain, min_count=0).as_py():
        grouped = pc.match_substring_regex(texts, _THOUSANDS)
        texts = pc.if_else(grouped, pc.replace_substring(texts, ",", ""), texts)
        texts = pc.replace_substring_regex(texts, _UNIT, "")
        plain = pc.match_substring_regex(texts, _NUMBER)
    return pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(pa.float64())


def _list(each: Field, raw: pa.Array, *, json: bool) -> Column:
    """Read lists as array literals: JSON ones, Arrow ones, or texts split at ; 、 and ,.

    Where there is a choice of words, texts are split at blanks as well, and a list with another
    word can't be read.
    """
    if pa.types.is_list(raw.type) or pa.types.is_large_list(raw.type):
        return _literals(each, raw.to_pylist())
    if json:
        return _literals(each, [None if r is None else orjson.loads(r) for r in raw.to_pylist()])
    encoded = text(raw).dictionary_encode()
    separators = _SEPARATORS if each.choices is None else _BETWEEN_WORDS
    distinct = _literals(each, [separators.split(row) for row in encoded.dictionary.to_pylist()])
    unread = pa.array(distinct.unread, pa.bool_()).take(encoded.indices)
    return Column(distinct.values.take(encoded.indices), _true(unread).copy())


def _literals(each: Field, rows: list[object]) -> Column:
    literals = [_literal(each, row) for row in rows]
    unread = [r is not None and made is None for r, made in zip(rows, literals, strict=True)]
    return Column(pa.array(literals, pa.string()), np.array(unread, dtype=bool))


def _literal(each: Field, row: object) -> str | None:
    if not isinstance(row, list):
        return None
    parts = list(map(str, row))
    if each.choices is None:
        return array_literal(parts)
    words = [each.choices.get(folded(part)) for part in parts if part.strip()]
    return None if None in words else array_literal([word for word in words if word])


def array_literal(parts: "map[str] | list[str]") -> str:
    """Write texts as a PostgreSQL array literal; blanks around them and empty ones are left out."""
    kept = [part.strip() for part in parts if part.strip()]
    escaped = [part.replace("\\", "\\\\").replace('"', '\\"') for part in kept]
    return "{" + ",".join(f'"{part}"' for part in escaped) + "}"


def _elements(_: Field, values: pa.Array) -> Column:
    """Read address elements: a JSON list of objects with `type` (two digits) and `name`."""
    made, unread = [], np.zeros(len(values), dtype=bool)
    for at, row in enumerate(values.to_pylist()):
        written = _one_elements(row) if row is not None else None
        made.append(written)
        unread[at] = row is not None and written is None
    return Column(pa.array(made, pa.string()), unread)


def _one_elements(row: str) -> str | None:
    try:
        elements = orjson.loads(row)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(elements, list):
        return None
    for element in elements:
        if not isinstance(element, dict) or not {"type", "name"} <= element.keys():
            return None
    return orjson.dumps(elements).decode()


def _bearing(_: Field, values: pa.Array) -> Column:
    encoded = values.dictionary_encode()
    meant = [bearing_of(word) for word in encoded.dictionary.to_pylist()]
    found = pa.array(meant, pa.float64()).take(encoded.indices)
    return Column(found, np.asarray(values.is_valid()) & ~np.asarray(found.is_valid()))


def _true(mask: pa.Array) -> Bools:
    return np.asarray(mask.fill_null(False))


def _without(values: pa.Array, dropped: Bools) -> pa.Array:
    return (
        pc.if_else(pa.array(dropped), pa.scalar(None, values.type), values)
        if dropped.any()
        else values
    )


_TEXTUAL: dict[Type, Callable[[Field, pa.Array], Column]] = {
    Type.TEXT: _text,
    Type.CODE: _code,
    Type.CHOICE: _choice,
    Type.ELEMENTS: _elements,
    Type.BEARING: _bearing,
}
