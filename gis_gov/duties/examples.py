"""Examples of what is told of rules, tasks and judgements."""

from typing import Any, Final

RULE_SENT: Final[dict[str, Any]] = {
    "code": "river-village",
    "name": "村级河长巡河",
    "level": "community",
    "area": "440106001001",
    "object": {
        "kind": "route",
        "geometry": {"type": "LineString", "coordinates": [[113.36, 22.93], [113.38, 22.94]]},
    },
    "patrol_kind": "river",
    "alternates": ["uav"],
    "cadence": "ten_days",
    "min_minutes": 10,
    "min_metres": 1000,
}
MUCK_ROUND_SENT: Final[dict[str, Any]] = {
    "code": "muck-truck",
    "name": "渣土车运输路线",
    "area": "440106001001",
    "object": {
        "kind": "points",
        "points": [
            {"name": "工地", "lon": 113.36, "lat": 22.93, "radius_m": 60},
            {"name": "消纳场", "lon": 113.375, "lat": 22.93, "radius_m": 60},
            {"name": "停车场", "lon": 113.375, "lat": 22.938, "radius_m": 60},
        ],
    },
    "workers": ["W0021"],
    "patrol_kind": "vehicle",
    "cadence": "day",
    "in_order": True,
    "min_metres": 2000,
    "max_speed_mps": 14,
}
WATER_ROUND_SENT: Final[dict[str, Any]] = {
    "code": "water-truck",
    "name": "洒水车道路洒水",
    "area": "440106001001",
    "object": {
        "kind": "route",
        "geometry": {
            "type": "LineString",
            "coordinates": [[113.36, 22.93], [113.372, 22.93], [113.372, 22.938]],
        },
    },
    "workers": ["W0022"],
    "patrol_kind": "vehicle",
    "cadence": "day",
    "per_period": 2,
    "working_days": True,
    "min_interval_h": 4,
    "min_coverage": 0.9,
    "radius_m": 20,
    "max_speed_mps": 5.6,
}
AMBULANCE_ROUND_SENT: Final[dict[str, Any]] = {
    "code": "ambulance",
    "name": "救护车巡回待命",
    "area": "440106001001",
    "object": {
        "kind": "points",
        "points": [
            {"name": "急救站", "lon": 113.36, "lat": 22.93, "radius_m": 60},
            {"name": "学校", "lon": 113.3795, "lat": 22.93, "radius_m": 60},
            {"name": "养老院", "lon": 113.3795, "lat": 22.9435, "radius_m": 60},
            {"name": "急救站", "lon": 113.36, "lat": 22.93, "radius_m": 60},
        ],
    },
    "workers": ["W0023"],
    "patrol_kind": "vehicle",
    "cadence": "day",
    "in_order": True,
    "min_metres": 6000,
    "max_speed_mps": 16.7,
}
RULES_SENT: Final[dict[str, Any]] = {
    each["code"]: {"summary": each["name"], "value": each}
    for each in (RULE_SENT, MUCK_ROUND_SENT, WATER_ROUND_SENT, AMBULANCE_ROUND_SENT)
}
TERMS_SENT: Final[dict[str, Any]] = {
    name: value for name, value in RULE_SENT.items() if name != "code"
}
_LINE: Final[dict[str, Any]] = {
    "type": "MultiLineString",
    "coordinates": [[[113.36, 22.93], [113.38, 22.94]]],
}
RULE: Final[dict[str, Any]] = {
    **{name: value for name, value in RULE_SENT.items() if name != "object"},
    "version": 1,
    "object_kind": "route",
    "is_own": True,
    "workers_min": 1,
    "per_period": 1,
    "working_days": False,
    "min_minutes": 10.0,
    "min_metres": 1000.0,
    "min_interval_h": None,
    "min_coverage": None,
    "radius_m": 50.0,
    "only_near": False,
    "without_stays": False,
    "in_order": False,
    "max_speed_mps": None,
    "valid_from": "2026-01-01",
    "valid_to": None,
}
RULE_WHOLE: Final[dict[str, Any]] = {
    **RULE,
    "objects": [],
    "workers": ["W0012"],
    "points": [],
    "geometry": _LINE,
    "versions": [{"version": 1, "valid_from": "2026-01-01", "valid_to": None}],
}
_NAMED: Final[dict[str, Any]] = {"code": "river-village", "version": 1, "name": "村级河长巡河"}
_OBJECT: Final[dict[str, Any]] = {"kind": "route", "code": None}
TASK: Final[dict[str, Any]] = {
    "id": 4711,
    "rule": _NAMED,
    "object": _OBJECT,
    "worker": {"code": "W0012", "name": "陈一"},
    "area": "440106001001",
    "grid": None,
    "number": 1,
    "begins_on": "2026-01-01",
    "ends_on": "2026-01-10",
    "due_at": "2026-01-11T00:00:00+08:00",
    "state": "overdue",
    "patrol": None,
    "done_at": None,
    "excused_for": None,
}
JUDGEMENT: Final[dict[str, Any]] = {
    "patrol": "W0012-20260105T083000",
    "rule": _NAMED,
    "object": _OBJECT,
    "is_enough": False,
    "is_alternate": False,
    "duration_s": 720.0,
    "valid_mileage_m": 864.2,
    "coverage": 0.41,
    "reasons": [{"code": "too_few_metres", "told": 864.2, "wanted": 1000.0}],
    "points": [],
    "missed": _LINE,
    "task": None,
    "task_reasons": [],
    "version": 1,
    "judged_at": "2026-01-05T09:00:00+08:00",
}
CALENDAR: Final[dict[str, Any]] = {
    "days": [{"day": "2026-10-01", "works": False, "name": "国庆节"}]
}
