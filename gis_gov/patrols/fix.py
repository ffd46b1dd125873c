"""A fix, as whoever takes positions in hands it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a device was at a time, in degrees of CGCS2000 (EPSG:4490).

    `time` is that of the fix itself; `device_time` what the device's clock said as it sent it. Both
    know their zone. `sequence` is the device's own count of what it sends, if it has one.
    """

    time: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    bearing_deg: float | None = None
    altitude_m: float | None = None
    source: str | None = None
    device_time: datetime | None = None
    sequence: int | None = None
    is_mock: bool = False
    attrs: Mapping[str, object] = field(default_factory=dict[str, object])
