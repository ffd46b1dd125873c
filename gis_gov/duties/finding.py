"""What of a rule a patrol met: a function of its fixes and of the rule alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis_gov.duties.rule import Findings, Ground, Reason, Thresholds
from gis_gov.geo.arrays import Mask
from gis_gov.geo.track.check_points import visited_s
from gis_gov.geo.track.coverage import Coverage, joint_coverage
from gis_gov.geo.track.duration import duration_s
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import gaps
from gis_gov.geo.track.mileage import valid_mileage_m
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.near import comes_near, near
from gis_gov.geo.track.paced import faster_than
from gis_gov.geo.track.runs import runs
from gis_gov.geo.track.stays import stays

MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Gone:
    """What of a track counts: how long it took and how far it went; which stays were left out."""

    duration_s: float
    valid_mileage_m: float
    stayed_s: float


def find(fixes: Fixes, kind: str, asked: Thresholds, ground: Ground) -> Findings:
    """Find what a patrol of a kind met, of whose fixes those are given that count.

    In any order of the fixes it is the same.
    """
    if kind in asked.alternates:
        return Findings(is_enough=True, is_alternate=True)
    fixes = moments(fixes)
    slow = _slow(fixes, asked)
    counted = slow & _near(fixes, asked, ground)
    gone = _gone(_parts(fixes, counted), asked)
    passed = _passed(_parts(fixes, slow), asked, ground)
    lacking = [
        *_too_little(gone, asked),
        *_not_passed(passed, asked),
        *_not_there(fixes, asked, ground),
    ]
    points, missing = _points(fixes, asked, ground)
    if lacking:
        lacking += _left_out(fixes, slow, counted, gone)
    return Findings(
        is_enough=not lacking and not missing,
        duration_s=gone.duration_s,
        valid_mileage_m=gone.valid_mileage_m,
        coverage=None if passed is None else passed.share,
        reasons=(*lacking, *missing),
        points=points,
        missed=None if passed is None else passed.missed,
    )


def _slow(fixes: Fixes, asked: Thresholds) -> Mask:
    if asked.max_speed_mps is None:
        return np.ones(len(fixes), dtype=np.bool_)
    return ~faster_than(fixes, asked.max_speed_mps)


def _near(fixes: Fixes, asked: Thresholds, ground: Ground) -> Mask:
    if not asked.only_near or ground.shape is None or not len(fixes):
        return np.ones(len(fixes), dtype=np.bool_)
    return near(fixes, ground.shape, asked.radius_m)


def _parts(fixes: Fixes, counted: Mask) -> list[Fixes]:
    """Cut out what counts: the way between two parts does not."""
    return [fixes.only(np.arange(first, last + 1)) for first, last in runs(counted)]


def _gone(parts: Sequence[Fixes], asked: Thresholds) -> _Gone:
    lasted_s = counted_s = sum(duration_s(part, gaps(part)) for part in parts)
    if asked.without_stays:
        counted_s = sum(duration_s(part, gaps(part), stays(part)) for part in parts)
    return _Gone(counted_s, sum(valid_mileage_m(part) for part in parts), lasted_s - counted_s)


def _passed(parts: Sequence[Fixes], asked: Thresholds, ground: Ground) -> Coverage | None:
    if ground.kind != "route" or not isinstance(
        ground.shape, shapely.LineString | shapely.MultiLineString
    ):
        return None
    return joint_coverage(parts, ground.shape, asked.radius_m)


def _too_little(gone: _Gone, asked: Thresholds) -> list[Reason]:
    found: list[Reason] = []
    minutes = gone.duration_s / MINUTE_S
    if asked.min_minutes is not None and minutes < asked.min_minutes:
        found.append(Reason("too_short", round(minutes, 1), asked.min_minutes))
    if asked.min_metres is not None and gone.valid_mileage_m < asked.min_metres:
        found.append(Reason("too_few_metres", round(gone.valid_mileage_m, 1), asked.min_metres))
    return found


def _not_passed(passed: Coverage | None, asked: Thresholds) -> list[Reason]:
    if asked.min_coverage is None or passed is None or passed.share >= asked.min_coverage:
        return []
    return [Reason("too_little_covered", round(passed.share, 3), asked.min_coverage)]


def _not_there(fixes: Fixes, asked: Thresholds, ground: Ground) -> list[Reason]:
    """Tell who never came near; how far off he was is not told: it may be somebody's home."""
    if ground.kind == "points":
        return []
    if ground.shape is None:
        return [Reason("no_place")]
    if len(fixes) and comes_near(fixes, ground.shape, asked.radius_m):
        return []
    return [Reason("not_there")]


def _left_out(fixes: Fixes, slow: Mask, counted: Mask, gone: _Gone) -> list[Reason]:
    """Tell what did not count, where it might have been enough."""
    found: list[Reason] = []
    all_m = valid_mileage_m(fixes)
    slow_m = all_m if slow.all() else sum(map(valid_mileage_m, _parts(fixes, slow)))
    if not slow.all():
        found.append(Reason("too_fast", round(all_m - slow_m, 1)))
    if (slow & ~counted).any():
        found.append(Reason("outside", round(slow_m - gone.valid_mileage_m, 1)))
    if gone.stayed_s:
        found.append(Reason("stayed", round(gone.stayed_s / MINUTE_S, 1)))
    return found


def _points(
    fixes: Fixes, asked: Thresholds, ground: Ground
) -> tuple[tuple[tuple[int, float | None], ...], list[Reason]]:
    """Tell when each check point was reached, and which were not, or not in their order."""
    if not ground.points:
        return (), []
    numbers = [each.number for each in ground.points]
    lon = [each.lon for each in ground.points]
    lat = [each.lat for each in ground.points]
    radius_m = [each.radius_m for each in ground.points]
    ever_s = visited_s(fixes, lon, lat, radius_m)
    reached_s = visited_s(fixes, lon, lat, radius_m, in_order=True) if asked.in_order else ever_s
    missed = [n for n, at in zip(numbers, ever_s.tolist(), strict=True) if np.isnan(at)]
    late = [
        n
        for n, at, ever in zip(numbers, reached_s.tolist(), ever_s.tolist(), strict=True)
        if np.isnan(at) and not np.isnan(ever)
    ]
    found: list[Reason] = []
    if missed:
        found.append(Reason("points_missed", missed))
    if late:
        found.append(Reason("points_out_of_order", late))
    reached = [None if np.isnan(at) else float(at) for at in reached_s.tolist()]
    return tuple(zip(numbers, reached, strict=True)), found
