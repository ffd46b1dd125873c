"""How long a track lasted."""

from collections.abc import Sequence

import numpy as np

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import Gap
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.stays import Stay


def duration_s(fixes: Fixes, gaps: Sequence[Gap], stays: Sequence[Stay] = ()) -> float:
    """Measure from the first fix to the last in seconds, without gaps, and stays if they are given.

    What lies in two of them is taken out once.
    """
    time_s = moments(fixes).time_s
    if not len(time_s):
        return 0.0
    begin_s, end_s = float(time_s[0]), float(time_s[-1])
    left_s, until_s = 0.0, begin_s
    for part in sorted([*gaps, *stays], key=lambda part: part.begin_s):
        left_s += max(min(part.begin_s, end_s) - until_s, 0.0)
        until_s = float(np.clip(part.end_s, until_s, end_s))
    return left_s + end_s - until_s
