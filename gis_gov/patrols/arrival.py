"""Fixes as they arrive: those that are no position at all are sorted out, the rest is put right."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from gis_gov.geo.crs import to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.patrols.device_keys import DeviceKey
from gis_gov.patrols.fix import Fix
from gis_gov.patrols.position_schemas import PositionRefused, PositionSent
from gis_gov.patrols.told import Told

OLDEST_DAYS: Final = 90
"""So old fixes may be where positions are kept for ever."""
NEWEST: Final = timedelta(days=1)
"""A clock that is wrong by more tells nothing; less is kept, and does not count."""


def told_of(
    sent: Sequence[PositionSent],
    device: DeviceKey,
    worker_id: int,
    datum: Datum,
    received_at: datetime,
    kept_days: int = OLDEST_DAYS,
) -> tuple[list[Told], list[PositionRefused]]:
    """Return the fixes to be stored, in EPSG:4490, and those that can't be.

    Of those that are older than `kept_days` the positions are dropped already, or would be at once.
    """
    oldest = oldest_of(received_at, kept_days)
    lon = np.array([each.lon for each in sent])
    lat = np.array([each.lat for each in sent])
    is_zero = (lon == 0) & (lat == 0)
    x, y, _, _ = to_canonical(lon, np.where(np.abs(lat) <= 90, lat, np.nan), datum)
    is_outside = ~(np.isfinite(x) & np.isfinite(y)) | (np.abs(lon) > 180)
    label, newest = datum.label, received_at + NEWEST
    told, refused = [], []
    columns = zip(sent, is_zero.tolist(), is_outside.tolist(), x.tolist(), y.tolist(), strict=True)
    for index, (each, at_zero, outside, true_lon, true_lat) in enumerate(columns):
        if at_zero:
            refused.append(PositionRefused(index=index, reason="zero_coordinates"))
        elif outside:
            refused.append(PositionRefused(index=index, reason="out_of_range"))
        elif each.time < oldest:
            refused.append(PositionRefused(index=index, reason="too_old"))
        elif each.time > newest:
            refused.append(PositionRefused(index=index, reason="too_new"))
        else:
            fix = _fix(each, true_lon, true_lat)
            told.append(
                Told(
                    device.name,
                    worker_id,
                    fix,
                    label,
                    received_at,
                    other_device=device.other,
                )
            )
    return told, refused


def oldest_of(received_at: datetime, kept_days: int) -> datetime:
    """Return the time before which no fix is taken; 0 days stand for positions kept for ever."""
    return received_at - timedelta(days=kept_days or OLDEST_DAYS)


def _fix(sent: PositionSent, lon: float, lat: float) -> Fix:
    bearing_deg = _known(sent.bearing_deg)
    return Fix(
        time=sent.time,
        lon=lon,
        lat=lat,
        accuracy_m=_known(sent.accuracy_m),
        speed_mps=_known(sent.speed_mps),
        bearing_deg=bearing_deg if bearing_deg is None else bearing_deg % 360,
        altitude_m=sent.altitude_m,
        source=sent.source,
        device_time=sent.device_time,
        sequence=sent.sequence,
        is_mock=sent.mock,
        attrs={"sos": True} if sent.sos else {},
    )


def _known(number: float | None) -> float | None:
    return None if number is None or number < 0 else number
