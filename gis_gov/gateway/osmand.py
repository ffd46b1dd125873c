"""What phones send as OsmAnd and Traccar Client do: a form, or JSON since version 9 of the latter.

Source: https://www.traccar.org/osmand/, and the Traccar server's reading of it where that is
silent: `speed` of the form is in knots, that of JSON in metres a second.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.units import (
    METRES_PER_SECOND_OF_KNOT,
    possible_bearing_deg,
    possible_place,
)
from gis_gov.patrols.fix import Fix

SOURCE: Final = "osmand"
# More than any time in seconds until the year 2286, and less than any in milliseconds since 1971.
_LEAST_MILLISECONDS: Final = 1e10
_LONGEST_DEVICE: Final = 128
_LONGEST_TEXT: Final = 64
# Times in milliseconds are below; nothing that is measured comes near.
_LARGEST: Final = 1e13
_TRUE: Final = frozenset({"1", "true"})
_FALSE: Final = frozenset({"0", "false", ""})
# What the form tells beside place, time and motion, by the name that it has with us.
_FORM_NUMBERS: Final = {"batt": "battery_percent", "hdop": "hdop", "odometer": "odometer_m"}
_FORM_FLAGS: Final = {"charge": "is_charging"}
_FORM_TEXTS: Final = {"alarm": "alarm_text", "event": "event", "activity": "activity"}


def id_of(told: object) -> str:
    """Read the device's id of a query, a form or JSON, whatever else is wrong with it.

    Raises:
        MessageFault: there is none.

    """
    whole = _object("what is told", told)
    return _device(whole.get("id") or whole.get("deviceid") or whole.get("device_id"))


def fix_of_form(form: Mapping[str, str]) -> tuple[str, Fix]:
    """Read the device's id and its fix of a query or a form.

    Times are in seconds or milliseconds since 1970, or ISO 8601; without a zone they are of UTC.
    WGS84 is taken for CGCS2000: they differ by centimetres.

    Raises:
        MessageFault: id, time or place is missing or impossible, or the phone calls it invalid.

    """
    device = _device(form.get("id") or form.get("deviceid"))
    if not _flag("valid", form.get("valid", "true")):
        raise MessageFault("place", "the phone calls its position invalid")
    lat, lon = form.get("lat"), form.get("lon")
    if (lat is None or lon is None) and "location" in form:
        lat, _, lon = form["location"].partition(",")
    bearing = form.get("bearing") or form.get("heading")
    speed_knots = _optional("speed", form.get("speed"))
    attrs: dict[str, object] = {}
    for name, ours in _FORM_NUMBERS.items():
        if form.get(name):
            attrs[ours] = _number(name, form[name])
    attrs |= {ours: _flag(name, form[name]) for name, ours in _FORM_FLAGS.items() if name in form}
    attrs |= {ours: _text(form[name]) for name, ours in _FORM_TEXTS.items() if form.get(name)}
    if form.get("alarm", "").lower() == "sos":
        attrs["sos"] = True
    fix = _fix(
        lon,
        lat,
        form.get("timestamp"),
        accuracy_m=_optional("accuracy", form.get("accuracy")),
        speed_mps=None if speed_knots is None else speed_knots * METRES_PER_SECOND_OF_KNOT,
        bearing_deg=_optional("bearing", bearing),
        altitude_m=_optional("altitude", form.get("altitude")),
        is_mock=_flag("mock", form.get("mock", "")),
        attrs=attrs,
    )
    return device, fix


def fix_of_json(document: object) -> tuple[str, Fix]:
    """Read the device's id and its fix of the JSON of Traccar Client.

    Raises:
        MessageFault: id, time or place is missing or impossible.

    """
    whole = _object("the document", document)
    location = _object("location", whole.get("location"))
    coords = _object("location.coords", location.get("coords"))
    battery = _object("location.battery", location.get("battery", {}))
    activity = _object("location.activity", location.get("activity", {}))
    attrs: dict[str, object] = {}
    level = battery.get("level")
    # -1 is of a phone that does not know it.
    if level is not None and (share := _number("battery.level", level)) >= 0:
        attrs["battery_percent"] = share * 100
    told: dict[str, tuple[object, type[object]]] = {
        "is_charging": (battery.get("is_charging"), bool),
        "is_moving": (location.get("is_moving"), bool),
        "event": (location.get("event"), str),
        "activity": (activity.get("type"), str),
    }
    attrs |= {
        name: _text(value) if isinstance(value, str) else value
        for name, (value, kind) in told.items()
        if isinstance(value, kind)
    }
    if location.get("odometer") is not None:
        attrs["odometer_m"] = _number("odometer", location["odometer"])
    extras = location.get("extras")
    if isinstance(extras, dict) and cast("dict[str, object]", extras).get("alarm") == "sos":
        attrs["sos"] = True
    fix = _fix(
        coords.get("longitude"),
        coords.get("latitude"),
        location.get("timestamp"),
        accuracy_m=_unless_negative("accuracy", coords.get("accuracy")),
        speed_mps=_unless_negative("speed", coords.get("speed")),
        bearing_deg=_unless_negative("heading", coords.get("heading")),
        altitude_m=_optional("altitude", coords.get("altitude")),
        is_mock=location.get("mock") is True,
        attrs=attrs,
    )
    return _device(whole.get("device_id")), fix


def _fix(  # noqa: PLR0913 - the parts of a fix
    lon: object,
    lat: object,
    time: object,
    *,
    accuracy_m: float | None,
    speed_mps: float | None,
    bearing_deg: float | None,
    altitude_m: float | None,
    is_mock: bool,
    attrs: Mapping[str, object],
) -> Fix:
    if lon in (None, "") or lat in (None, ""):
        raise MessageFault("place", "there is no latitude or no longitude")
    east, north = possible_place(_number("longitude", lon), _number("latitude", lat))
    for name, value in (("accuracy", accuracy_m), ("speed", speed_mps)):
        if value is not None and value < 0:
            raise MessageFault("value", f"{name} {value} is negative")
    return Fix(
        time=_time(time),
        lon=east,
        lat=north,
        accuracy_m=accuracy_m,
        speed_mps=speed_mps,
        bearing_deg=None if bearing_deg is None else possible_bearing_deg(bearing_deg),
        altitude_m=altitude_m,
        source=SOURCE,
        is_mock=is_mock,
        attrs=attrs,
    )


def _device(given: object) -> str:
    device = str(given).strip() if isinstance(given, str | int) else ""
    if not 0 < len(device) <= _LONGEST_DEVICE or not device.isprintable():
        raise MessageFault("value", f"a device id has 1 to {_LONGEST_DEVICE} printable characters")
    return device


def _time(given: object) -> datetime:
    if given in (None, ""):
        raise MessageFault("time", "there is no timestamp")
    try:
        seconds = float(cast("str", given))
    except (TypeError, ValueError):
        return _iso_time(str(given))
    if seconds >= _LEAST_MILLISECONDS:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise MessageFault("time", f"timestamp {given!r} is no time") from None


def _iso_time(given: str) -> datetime:
    try:
        time = datetime.fromisoformat(given)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MessageFault("time", f"timestamp {given!r} is no time") from None


def _number(name: str, given: object) -> float:
    try:
        number = float(given) if isinstance(given, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not abs(number) <= _LARGEST:
        raise MessageFault("value", f"{name} {given!r} is no number")
    return number


def _optional(name: str, given: object) -> float | None:
    return None if given in (None, "") else _number(name, given)


def _unless_negative(name: str, given: object) -> float | None:
    """Read a number that the phone's system sets to -1 if it does not know it."""
    number = _optional(name, given)
    return None if number is None or number < 0 else number


def _text(given: str) -> str:
    return "".join(each for each in given if each.isprintable())[:_LONGEST_TEXT]


def _flag(name: str, given: str) -> bool:
    if given.lower() in _TRUE:
        return True
    if given.lower() in _FALSE:
        return False
    raise MessageFault("value", f"{name} {given!r} is neither true nor false")


def _object(name: str, given: object) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise MessageFault("value", f"{name} is no object")
    return cast("dict[str, object]", given)
