"""Sessions whose day is not that of UTC+8, at whatever hour a test runs."""

from typing import Final

from gis_gov.days import LOCAL, utc_now

BEHIND, AHEAD = "Etc/GMT+12", "Etc/GMT-14"
ZONES: Final = ("UTC", BEHIND, AHEAD, "Asia/Shanghai", "America/New_York")


def zone_of_another_day() -> str:
    """Return a zone in which it is yesterday or tomorrow now, as seen from UTC+8."""
    return BEHIND if utc_now().astimezone(LOCAL).hour < 19 else AHEAD
