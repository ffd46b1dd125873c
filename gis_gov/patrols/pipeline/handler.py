"""What a handler is."""

from collections.abc import Callable
from dataclasses import dataclass

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.reason import Reason
from gis_gov.patrols.pipeline.trail import Trail


@dataclass(frozen=True, slots=True)
class Handler:
    """Finds the fixes, of a trail in order, that are not to be believed for one reason."""

    reason: Reason
    find: Callable[[Trail, Limits], Mask]
