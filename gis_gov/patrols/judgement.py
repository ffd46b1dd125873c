"""What the pipeline makes of fixes: of those that come, and of a worker's whole day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.arrays import Mask
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.pipeline.judge import HANDLERS, judge
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.mode import Mode
from gis_gov.patrols.pipeline.reason import REASONS, Reason
from gis_gov.patrols.pipeline.trail import Trail
from gis_gov.patrols.told import Told
from gis_gov.patrols.worker_day import NO_SEQUENCE, WorkerFixes

LIMITS: Final = Limits()
_ALONE: Final = {Reason.TIME_FUTURE, Reason.INACCURATE, Reason.MOCK}
_WORDS: Final = np.array([str(reason) for reason in REASONS])
_MODES: Final = {mode.name.lower(): int(mode) for mode in Mode}


def reasons_of(told: WorkerFixes, is_replayed: Mask) -> NDArray[np.str_]:
    """Say of each fix of a worker's day why it does not count; nothing where it does.

    `is_replayed` marks what was told before of another time.
    """
    _, device = np.unique(told.device, return_inverse=True)
    trail = Trail(
        told.fixes,
        device.astype(np.int64),
        told.received_s,
        told.device_time_s,
        told.sequence,
        told.is_mock,
        np.array([_MODES[mode] for mode in told.mode.tolist()], dtype=np.int64),
        is_replayed,
    )
    return _WORDS[judge(trail, LIMITS)]


def at_first_sight(told: Sequence[Told]) -> list[Told]:
    """Give those fixes a reason that can't count whatever else comes.

    The others may still be found out by what came before and comes after; until then they count.
    """
    trail = _trail(told)
    reasons = np.full(len(told), str(Reason.ACCEPTED), dtype=_WORDS.dtype)
    for handler in HANDLERS:
        if handler.reason in _ALONE:
            reasons[handler.find(trail, LIMITS) & (reasons == Reason.ACCEPTED)] = handler.reason
    return [
        replace(each, rejected_for=reason) if reason else each
        for each, reason in zip(told, reasons.tolist(), strict=True)
    ]


def _trail(told: Sequence[Told]) -> Trail:
    fixes = [each.fix for each in told]
    number = len(fixes)
    return Trail(
        Fixes(
            np.array([fix.time.timestamp() for fix in fixes]),
            np.array([fix.lon for fix in fixes]),
            np.array([fix.lat for fix in fixes]),
            np.array([fix.accuracy_m for fix in fixes], dtype=np.float64),
        ),
        np.zeros(number, dtype=np.int64),
        np.array([each.received_at.timestamp() for each in told]),
        np.array([_seconds(fix.device_time) for fix in fixes]),
        np.full(number, NO_SEQUENCE, dtype=np.int64),
        np.array([fix.is_mock for fix in fixes], dtype=np.bool_),
        np.zeros(number, dtype=np.int64),
        np.zeros(number, dtype=np.bool_),
    )


def _seconds(moment: datetime | None) -> float:
    return np.nan if moment is None else moment.timestamp()
