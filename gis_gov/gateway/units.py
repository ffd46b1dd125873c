"""The units of trackers, and what is possible of what they measure."""

from datetime import datetime
from typing import Final

from gis_gov.days import LOCAL
from gis_gov.gateway.faults import MessageFault

METRES_PER_SECOND_OF_KNOT: Final = 1852 / 3600
# Higher is no vehicle; a terminal below the sea writes 65,5xx, as its field knows no sign.
_HIGHEST_M: Final = 20_000


def mps_of_kmh(speed_kmh: float) -> float:
    """Convert kilometres an hour to metres a second."""
    return speed_kmh / 3.6


def kmh_of_mps(speed_mps: float) -> float:
    """Convert metres a second to kilometres an hour."""
    return speed_mps * 3.6


def possible_place(lon: float, lat: float) -> tuple[float, float]:
    """Return degrees as they are.

    Raises:
        MessageFault: no place has them.

    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise MessageFault("place", f"longitude {lon}, latitude {lat} is no place")
    return lon, lat


def possible_time(*parts: int) -> datetime:
    """Make a time of GMT+8 of its year, month, day, hour, minute and second.

    Raises:
        MessageFault: the calendar or the clock has no such time.

    """
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=LOCAL)
    except ValueError:
        raise MessageFault("time", f"{parts} is no date and time") from None


def possible_bearing_deg(bearing_deg: float) -> float | None:
    """Return a bearing from 0 to under 360 degrees; None for what is no direction."""
    return bearing_deg % 360 if 0 <= bearing_deg <= 360 else None


def possible_altitude_m(altitude_m: float) -> float | None:
    """Return an altitude in metres; None where no vehicle is."""
    return altitude_m if altitude_m < _HIGHEST_M else None
