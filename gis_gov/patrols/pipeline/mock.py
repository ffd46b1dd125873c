"""Fixes made up by an app."""

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, _limits: Limits) -> Mask:
    """Find fixes of which the device says that they come from a mock provider."""
    return trail.is_mock
