"""GPX 1.1, and 1.0: the points of all tracks. Times are UTC, speeds metres a second."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from gis_gov.patrols.forms.faults import BadTrack, check_number, position_of
from gis_gov.patrols.position_schemas import PositionSent

_NAMES: Final = {
    "ele": "altitude_m",
    "speed": "speed_mps",
    "course": "bearing_deg",
    "accuracy": "accuracy_m",
}


def read_gpx(body: bytes) -> list[PositionSent]:
    """Read the points of tracks that have a time; what else is in the file is passed over.

    Raises:
        BadTrack: it is no GPX, no point has a time, or one has what is none.

    """
    told: list[PositionSent] = []
    try:
        for number, point in enumerate(_points(body), 1):
            check_number(number)
            if (found := _told(point, number)) is not None:
                told.append(position_of(found, f"trkpt {number}"))
    except (ParseError, UnicodeError, LookupError, ValueError) as error:
        if isinstance(error, BadTrack):
            raise
        raise BadTrack(f"no readable GPX: {error}") from None
    check_number(len(told))
    return told


def _points(body: bytes) -> Iterator[Element]:
    # Expat limits the growth of entities itself, and reads no others' files.
    parser = XMLPullParser(("start", "end"))
    parser.feed(body)
    parser.close()
    depth = 0
    for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
        if event == "start":
            if not depth and _name(element) != "gpx":
                raise BadTrack(f"no GPX: its outermost element is {_name(element)!r}")
            depth += 1
            continue
        depth -= 1
        if _name(element) == "trkpt":
            yield element
            element.clear()


def _told(point: Element, number: int) -> dict[str, Any] | None:
    told: dict[str, Any] = {"lat": point.get("lat"), "lon": point.get("lon")}
    for element in point.iter():
        text = (element.text or "").strip()
        name = _name(element)
        if name == "time":
            told["time"] = _time(text, number)
        elif name in _NAMES and text:
            told.setdefault(_NAMES[name], text)
    return told if "time" in told else None


def _time(text: str, number: int) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadTrack(f"trkpt {number}: time: {text[:40]!r} is no time") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
