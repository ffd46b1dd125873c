"""Read dates and times as files write them.

All of 2018-04-12 11:11:26, 2018/4/12 11:11, 2018年4月12日 11时11分, 20180412111126, 04/12/2018
11:11:26 AM, ISO 8601 with a zone, and seconds or milliseconds since 1970. A time without a zone is
in the zone that is told.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.ingest.arrow import pc

Bools = NDArray[np.bool_]

_CLOCK = (
    r"(?P<H>\d{1,2})\s*[:时時点]\s*(?P<M>\d{1,2})分?"
    r"(?:\s*:?\s*(?P<S>\d{1,2})(?:\.(?P<f>\d{1,9}))?秒?)?"
    r"\s*(?P<ap>[AaPp]\.?[Mm]\.?)?\s*(?P<z>[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?"
)
_YEAR_FIRST = (
    r"^(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?(?:[\sT]*"
    + _CLOCK
    + r")?$"
)
_COMPACT = r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:[ T]?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?$"
_YEAR_LAST = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})(?:[\sT]*" + _CLOCK + r")?$"
_CLOCK_ALONE = "^" + _CLOCK + "$"
_CLOCK_COMPACT = r"^(?P<H>\d{1,2})(?P<M>\d{2})(?P<S>\d{2})$"
_EPOCH = r"^(?P<seconds>\d{10})(?P<millis>\d{3})?$"
_YEARS = (1850, 2200)
_DAY_US = 86_400_000_000


@dataclass
class MonthOrDay:
    """Which of two numbers before a year is the month, as far as the rows read so far tell."""

    day_first: bool | None = None

    def decide(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> bool:
        """Decide from rows where one number is over 12; the month is first where none tells."""
        if self.day_first is None:
            days_first, months_first = (a > 12).sum(), (b > 12).sum()
            if days_first or months_first:
                self.day_first = bool(days_first > months_first)
        return bool(self.day_first)


@dataclass(frozen=True)
class _Read:
    """Moments (microseconds since 1970) of the rows read, and whether they stated their zone."""

    us: NDArray[np.int64]
    zoned: Bools
    read: Bools


def moments(values: pa.Array, zone: ZoneInfo, order: MonthOrDay) -> tuple[pa.Array, Bools]:
    """Read moments: in UTC to the microsecond, null where empty or unread; and which are unread.

    Timestamps without a zone, and texts without one, are in `zone`.
    """
    if pa.types.is_timestamp(values.type):
        return _typed(values, zone), np.zeros(len(values), dtype=bool)
    if pa.types.is_date(values.type):
        return _typed(values.cast(pa.timestamp("us")), zone), np.zeros(len(values), dtype=bool)
    found = _parse(values, order)
    us = found.us.copy()
    local = found.read & ~found.zoned
    us[local] = _to_utc(us[local], zone)
    return _array(us, found.read), _unread(values, found.read)


def dates(values: pa.Array, order: MonthOrDay) -> tuple[pa.Array, Bools]:
    """Read dates; null where empty or unread, and which are unread. A time of day is left out."""
    if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        return values.cast(pa.date32(), safe=False), np.zeros(len(values), dtype=bool)
    found = _parse(values, order, local=True)
    days = np.floor_divide(found.us, _DAY_US).astype(np.int32)
    made = pa.array(days, pa.int32(), mask=~found.read).cast(pa.date32())
    return made, _unread(values, found.read)


def clocks(values: pa.Array) -> tuple[pa.Array, Bools]:
    """Read times of day (11:11:26, 111126, 11时11分); microseconds since midnight."""
    texts = values.cast(pa.string())
    us = np.zeros(len(texts), dtype=np.int64)
    read = np.zeros(len(texts), dtype=bool)
    for pattern in (_CLOCK_ALONE, _CLOCK_COMPACT):
        part, at = _matches(texts, pattern, read)
        if at.size:
            found, valid = _clock_us(part)
            us[at[valid]] = found[valid]
            read[at[valid]] = True
    return pa.array(us, mask=~read), _unread(texts, read)


def joined(days: pa.Array, clock_us: pa.Array, zone: ZoneInfo) -> pa.Array:
    """Join dates and times of day, in `zone`, to moments; null where either is."""
    whole = np.asarray(days.is_valid()) & np.asarray(clock_us.is_valid())
    day_us = days.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    us = day_us * _DAY_US + clock_us.fill_null(0).to_numpy(zero_copy_only=False)
    us[whole] = _to_utc(us[whole], zone)
    return _array(us, whole)


def _parse(values: pa.Array, order: MonthOrDay, *, local: bool = False) -> _Read:
    """Read moments; with `local`, the hands of the clock, whatever zone it stands in."""
    texts = values.cast(pa.string())
    us = np.zeros(len(texts), dtype=np.int64)
    zoned, read = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    for pattern in (_YEAR_FIRST, _COMPACT, _YEAR_LAST):
        part, at = _matches(texts, pattern, read)
        if not at.size:
            continue
        if pattern is _YEAR_LAST:
            a, b = _number(part, "a"), _number(part, "b")
            month, day = (b, a) if order.decide(a, b) else (a, b)
        else:
            month, day = _number(part, "m"), _number(part, "d")
        days, good_day = _days(_number(part, "y"), month, day)
        clock, good_clock = _clock_us(part)
        offset, has_zone = _offset_us(part)
        good = good_day & good_clock
        us[at[good]] = (days * _DAY_US + clock - (0 if local else offset))[good]
        zoned[at[good]] = has_zone[good]
        read[at[good]] = True
    part, at = _matches(texts, _EPOCH, read)
    if at.size:
        us[at] = _number(part, "seconds") * 1_000_000 + _number(part, "millis") * 1000
        zoned[at], read[at] = True, True
    return _Read(us, zoned, read)


def _matches(
    texts: pa.Array, pattern: str, read: Bools
) -> tuple[pa.StructArray, NDArray[np.int64]]:
    """Match the rows not read yet; give the groups of those that match, and their positions."""
    open_rows = np.flatnonzero(~read & np.asarray(texts.is_valid()))
    groups = pc.extract_regex(texts.take(pa.array(open_rows)), pattern=pattern)
    hit = np.asarray(groups.is_valid())
    return groups.filter(pa.array(hit)), open_rows[hit]


def _group(part: pa.StructArray, name: str) -> pa.Array | None:
    index = part.type.get_field_index(name)
    return None if index < 0 else part.field(index)


def _number(part: pa.StructArray, name: str) -> NDArray[np.int64]:
    """Read a group of digits; 0 where it is absent."""
    group = _group(part, name)
    if group is None:
        return np.zeros(len(part), dtype=np.int64)
    digits = pc.if_else(pc.equal(group, ""), "0", group)
    return digits.fill_null("0").cast(pa.int64()).to_numpy(zero_copy_only=False)


def _days(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Bools]:
    """Count the days since 1970, and tell which dates exist."""
    good = (month >= 1) & (month <= 12) & (day >= 1) & (year >= _YEARS[0]) & (year <= _YEARS[1])
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, good & (day <= length)


def _clock_us(part: pa.StructArray) -> tuple[NDArray[np.int64], Bools]:
    hour, minute, second = (_number(part, name) for name in "HMS")
    fraction = _group(part, "f")
    us = np.zeros(len(part), dtype=np.int64)
    if fraction is not None:
        six = pc.utf8_slice_codeunits(pc.utf8_rpad(fraction.fill_null(""), 6, "0"), 0, 6)
        us = six.cast(pa.int64()).to_numpy(zero_copy_only=False)
    half = _group(part, "ap")
    if half is not None:
        letter = pc.utf8_slice_codeunits(pc.utf8_upper(half.fill_null("")), 0, 1)
        is_pm = np.asarray(pc.equal(letter, "P"))
        is_am = np.asarray(pc.equal(letter, "A"))
        hour = np.where(is_pm & (hour < 12), hour + 12, np.where(is_am & (hour == 12), 0, hour))
    good = (hour < 24) & (minute < 60) & (second < 61)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + us, good


def _offset_us(part: pa.StructArray) -> tuple[NDArray[np.int64], Bools]:
    """Read the offset of the zone, and which rows state one."""
    zone = _group(part, "z")
    if zone is None:
        return np.zeros(len(part), dtype=np.int64), np.zeros(len(part), dtype=bool)
    distinct = zone.fill_null("").dictionary_encode()
    each = np.array([_one_offset_us(text) for text in distinct.dictionary.to_pylist()])
    codes = distinct.indices.to_numpy(zero_copy_only=False)
    stated = np.array([bool(text) for text in distinct.dictionary.to_pylist()])
    return each[codes].astype(np.int64), stated[codes]


def _one_offset_us(text: str) -> int:
    if text[:1] not in {"+", "-"}:
        return 0
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    return (-1 if text[0] == "-" else 1) * (hours * 60 + minutes) * 60_000_000


def _to_utc(us: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Take local times to UTC: the earlier of two where clocks were set back, later in a gap."""
    # A server that reads no times of a file need not import it.
    import pandas as pd  # noqa: PLC0415

    local = pd.DatetimeIndex(us.astype("datetime64[us]"))
    placed = local.tz_localize(
        zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward"
    )
    return (
        placed.tz_convert("UTC")
        .tz_localize(None)
        .to_numpy()
        .astype("datetime64[us]")
        .astype(np.int64)
    )


def _typed(values: pa.Array, zone: ZoneInfo) -> pa.Array:
    micro = values.cast(pa.timestamp("us", values.type.tz), safe=False)
    if values.type.tz is not None:
        return micro.cast(pa.timestamp("us", "UTC"))
    valid = np.asarray(micro.is_valid())
    us = micro.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).copy()
    us[valid] = _to_utc(us[valid], zone)
    return _array(us, valid)


def _array(us: NDArray[np.int64], valid: Bools) -> pa.Array:
    return pa.array(us, pa.int64(), mask=~valid).cast(pa.timestamp("us", "UTC"))


def _unread(values: pa.Array, read: Bools) -> Bools:
    return np.asarray(values.is_valid()) & ~read
