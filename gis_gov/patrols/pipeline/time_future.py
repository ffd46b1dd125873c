"""Fixes of the future."""

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find fixes of a time that had not come when they were received, or by a clock that was ahead.

    How far a clock is ahead shows as it sends, however late that is: so a fix gets no better by
    being held back until its time has come.
    """
    latest_s = trail.received_s + limits.future_s
    # What was not told is NaN, and later than nothing.
    return (trail.fixes.time_s > latest_s) | (trail.device_time_s > latest_s)
