"""Tasks and judgements as JSON objects."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

_TASK: Final = (
    "id",
    "area",
    "grid",
    "number",
    "begins_on",
    "ends_on",
    "due_at",
    "state",
    "patrol",
    "done_at",
    "excused_for",
)
_JUDGED: Final = (
    "patrol",
    "is_enough",
    "is_alternate",
    "duration_s",
    "valid_mileage_m",
    "coverage",
    "reasons",
    "task",
    "task_reasons",
    "version",
    "judged_at",
)


def task_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tell a task."""
    whose = {"code": row["worker_code"], "name": row["worker_name"]}
    return {
        **{name: row[name] for name in _TASK},
        **_about(row),
        "worker": None if row["worker_id"] is None else whose,
    }


def task_whole(row: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tell a task with how patrols were judged for it."""
    return {**task_told(row), "judgements": [judgement_told(each) for each in judged]}


def judgement_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tell how a patrol was judged."""
    missed = row["missed"]
    return {
        **{name: row[name] for name in _JUDGED},
        **_about(row),
        "points": [
            {"number": number, "at": None if at_s is None else datetime.fromtimestamp(at_s, UTC)}
            for number, at_s in row["points"]
        ],
        "missed": None if missed is None else orjson.Fragment(missed),
    }


def _about(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rule": {
            "code": row["rule_code"],
            "version": row["rule_version"],
            "name": row["rule_name"],
        },
        "object": {"kind": row["object_kind"], "code": row["object"]},
    }
