"""Tracks of any kind for property tests."""

import numpy as np
from hypothesis import strategies as st

from gis_gov.geo.track.fixes import Fixes

from .phones import fixes_at


@st.composite
def tracks(draw: st.DrawFn, most: int = 60) -> Fixes:
    """Fixes of whole seconds, some of one time, some far off and some after long silence."""
    steps_s = draw(st.lists(st.sampled_from([0, 1, 5, 10, 30, 299, 301, 900]), max_size=most))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    speed = draw(st.sampled_from([0.0, 1.0, 5.0, 20.0]))
    time_s = np.cumsum(np.array(steps_s, dtype=np.float64))
    steps_m = random.normal(0, 1, (len(time_s), 2)) * speed * 10
    places_m = np.cumsum(steps_m, axis=0) + random.normal(0, 5, (len(time_s), 2))
    return fixes_at(time_s, places_m, draw(st.sampled_from([np.nan, 5.0, 30.0])))
