"""Patrols as JSON objects."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from gis_gov.days import utc_now
from gis_gov.patrols.sessions import PAUSE_S

_SAME: Final = (
    "code",
    "kind",
    "is_detected",
    "begins_at",
    "ends_at",
    "mileage_m",
    "valid_mileage_m",
    "duration_s",
    "stay_s",
    "gap_s",
    "fixes",
    "rejected",
    "own_grid_share",
    "version",
    "computed_at",
)
_LONGEST: Final = timedelta(days=1)


def patrol_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tell a patrol in short."""
    return {
        **{name: row[name] for name in _SAME},
        "worker": {"code": row["worker_code"], "name": row["worker_name"]},
        "state": "under_way" if _is_under_way(row) else "ended",
    }


def patrol_whole(
    row: Mapping[str, Any],
    grids: Sequence[Mapping[str, Any]],
    versions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Tell a patrol with all that is kept of it."""
    return {
        **patrol_told(row),
        "stays": [
            {"begins_at": _moment(begin_s), "ends_at": _moment(end_s), "lon": lon, "lat": lat}
            for begin_s, end_s, lon, lat in row["stays"]
        ],
        "gaps": [
            {"begins_at": _moment(begin_s), "ends_at": _moment(end_s), "distance_m": far_m}
            for begin_s, end_s, far_m in row["gaps"]
        ],
        "grids": list(grids),
        "versions": list(versions),
        "line": None if row["line"] is None else orjson.Fragment(row["line"]),
    }


def _is_under_way(row: Mapping[str, Any]) -> bool:
    """Say whether more may come of it: it is open, or ended a moment ago by nobody's word."""
    if row["is_open"]:
        return utc_now() - row["begins_at"] < _LONGEST
    return row["is_detected"] and utc_now() - row["ends_at"] < timedelta(seconds=PAUSE_S)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
