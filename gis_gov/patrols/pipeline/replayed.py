"""Tracks that were told before."""

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, _limits: Limits) -> Mask:
    """Find fixes that repeat a track of another time to the last digit."""
    return trail.is_replayed
