"""Fixes that their device itself does not trust."""

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find fixes that are told to be inaccurate; of those that tell nothing, nothing is said."""
    return trail.fixes.accuracy_m > limits.accuracy_m
