"""The pipeline: the handlers in their order, and what they make of a trail."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis_gov.patrols.pipeline import (
    clock_backward,
    frozen,
    inaccurate,
    jump,
    mock,
    repeated,
    replayed,
    speed,
    time_future,
    two_places,
)
from gis_gov.patrols.pipeline.handler import Handler
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.reason import REASONS, Reason
from gis_gov.patrols.pipeline.trail import Trail

HANDLERS: Final = (
    Handler(Reason.TIME_FUTURE, time_future.find),
    Handler(Reason.CLOCK_BACKWARD, clock_backward.find),
    Handler(Reason.INACCURATE, inaccurate.find),
    Handler(Reason.MOCK, mock.find),
    Handler(Reason.REPEATED, repeated.find),
    # Before speeds, too: who has it played again is somewhere else.
    Handler(Reason.REPLAYED, replayed.find),
    # Before speeds: from a place that was frozen it is far to where the worker really is.
    Handler(Reason.FROZEN, frozen.find),
    # One device after another, so that two of them do not look like one that jumps.
    Handler(Reason.JUMP, jump.find),
    Handler(Reason.SPEED, speed.find),
    Handler(Reason.TWO_PLACES, two_places.find),
)
"""Each sees only what those before it left."""


def judge(trail: Trail, limits: Limits) -> NDArray[np.int8]:
    """Give each fix the code of its reason, the position in `REASONS`; 0 for those accepted.

    A function of the set of fixes: neither the order of rows nor how they came changes it.

    Raises:
        ValueError: a time or a place is not a finite number.

    """
    fixes = trail.fixes
    if not np.isfinite([fixes.time_s, fixes.lon, fixes.lat]).all():
        raise ValueError("a fix without time or place can't be judged: leave it out before")
    codes = np.zeros(len(trail), dtype=np.int8)
    left = trail.order()
    for handler in HANDLERS:
        found = handler.find(trail.only(left), limits)
        codes[left[found]] = REASONS.index(handler.reason)
        left = left[~found]
    return codes
