"""What a request hands to a layer's own function, beside the tile."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from gis_gov.interval import Interval
from gis_gov.problems import InvalidRequest
from gis_gov.tiles.layer import Layer

TRACKS_MAX: Final = timedelta(days=1)
"""The longest time of which tracks are drawn at once."""

RECENT: Final = timedelta(hours=2)
"""The time of which tracks are drawn if none is asked for, up to now."""


def this_minute() -> datetime:
    """Return the minute that goes on: all through it what is drawn up to now is alike."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def tracks_of(layers: Iterable[Layer], interval: Interval | None, now: datetime) -> Interval | None:
    """Return of which time layers draw tracks, None if they draw none."""
    if all("datetime" not in layer.takes for layer in layers):
        return None
    return Interval(now - RECENT, None) if interval is None else interval


def taken(layer: Layer, interval: Interval | None, asked: Mapping[str, str]) -> dict[str, str]:
    """Read what a layer takes of a time and of parameters, as its function's `query` has it.

    Raises:
        InvalidRequest: the time is longer than is drawn at once.

    """
    told = {name: asked[name] for name in sorted(layer.takes - {"datetime"}) if name in asked}
    if interval is not None and "datetime" in layer.takes:
        told |= _span(interval)
    return told


def _span(interval: Interval) -> dict[str, str]:
    until = interval.until or datetime.now(UTC)
    if interval.since is None or until - interval.since > TRACKS_MAX:
        hours = TRACKS_MAX // timedelta(hours=1)
        raise InvalidRequest.at("query.datetime", f"of tracks at most {hours} hours are drawn")
    told = {"since": interval.since.isoformat()}
    return told if interval.until is None else {**told, "until": interval.until.isoformat()}
