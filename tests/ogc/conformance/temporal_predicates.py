"""What temporal filters find in the data of the CQL2 tests, as the standard says."""

from tests.ogc.conformance.predicates import Expected

_DAY, _YEAR = "date('2022-04-16')", "interval('2022-01-01','2022-12-31')"
_MOMENT = "timestamp('2022-04-16T10:13:19Z')"
_YEAR_OF_MOMENTS = "interval('2022-01-01T00:00:00Z','2022-12-31T23:59:59Z')"
_SPAN = "interval(start,end)"
_A, _B, _C, _D = (
    "2022-04-16T10:13:19Z",
    "2022-04-16T10:15:09Z",
    "2022-04-16T10:15:10Z",
    "2022-04-16T10:16:06Z",
)
SIMPLE = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
OF_INTERVALS = (
    "t_contains",
    "t_during",
    "t_finishedby",
    "t_finishes",
    "t_meets",
    "t_metby",
    "t_overlappedby",
    "t_overlaps",
    "t_startedby",
    "t_starts",
)
Time = tuple[str, str, str, int]


def _between(since: str, until: str) -> str:
    return f"interval('{since}','{until}')"


def _each(first: str, second: str, *counts: int) -> list[Time]:
    return [(op, first, second, n) for op, n in zip(SIMPLE, counts, strict=True)]


_RELATED: list[Time] = [
    *_each('"date"', _DAY, 1, 1, 2, 1, 1),
    *_each('"date"', _YEAR, 1, 1, 2, 0, 1),
    ("t_equals", '"date"', _between("2022-04-16", "2022-04-16"), 1),
    *_each("start", _MOMENT, 1, 1, 2, 1, 1),
    *_each("start", _YEAR_OF_MOMENTS, 0, 1, 1, 0, 2),
    ("t_after", _SPAN, _between("..", _A), 1),
    ("t_before", _SPAN, _between("2023-01-01T00:00:00Z", ".."), 2),
    ("t_disjoint", _SPAN, _between(_A, _B), 1),
    ("t_equals", _SPAN, _between("2021-04-16T10:15:59Z", _D), 1),
    ("t_intersects", _SPAN, _between(_A, _B), 2),
    ("t_contains", _SPAN, _between(_A, _C), 1),
    ("t_during", _SPAN, _YEAR_OF_MOMENTS, 1),
    ("t_finishes", _SPAN, _between("2020-04-16T10:13:19Z", _D), 1),
    ("t_finishedby", _SPAN, _between(_A, _D), 1),
    ("t_meets", _SPAN, _between(_A, _C), 0),
    ("t_metby", _SPAN, _between(_A, _C), 1),
    ("t_overlappedby", _SPAN, _between("2020-04-16T10:13:19Z", _C), 2),
    ("t_overlaps", _SPAN, _between(_A, "2023-04-16T10:15:10Z"), 1),
    ("t_startedby", _SPAN, _between(_A, _C), 1),
    ("t_starts", _SPAN, _between(_A, _C), 0),
]
_TURNED: list[Time] = [
    *_each(_DAY, '"date"', 1, 1, 2, 1, 1),
    *_each(_YEAR, '"date"', 1, 1, 2, 0, 1),
    ("t_equals", _between("2022-04-16", "2022-04-16"), '"date"', 1),
    *_each(_MOMENT, "start", 1, 1, 2, 1, 1),
    *_each(_YEAR_OF_MOMENTS, "start", 1, 0, 1, 0, 2),
    ("t_after", _between("2023-01-01T00:00:00Z", ".."), _SPAN, 2),
    ("t_before", _between("..", _A), _SPAN, 1),
    ("t_disjoint", _between(_A, _B), _SPAN, 1),
    ("t_equals", _between("2021-04-16T10:15:59Z", _D), _SPAN, 1),
    ("t_intersects", _between(_A, _B), _SPAN, 2),
    ("t_contains", _between("2021-04-16T10:13:19Z", "2023-04-16T10:15:10Z"), _SPAN, 2),
    ("t_during", _between("2022-07-01T00:00:00Z", "2022-12-31T23:59:59Z"), _SPAN, 1),
    ("t_finishes", _between(_A, _D), _SPAN, 1),
    ("t_finishedby", _between(_A, _D), _SPAN, 0),
    ("t_meets", _between(_A, _C), _SPAN, 1),
    ("t_metby", _between(_A, _C), _SPAN, 0),
    ("t_overlappedby", _between("2020-04-16T10:13:19Z", _C), _SPAN, 0),
    ("t_overlaps", _between(_A, "2023-04-16T10:15:10Z"), _SPAN, 0),
    ("t_startedby", _between(_A, _C), _SPAN, 0),
    ("t_starts", _between(_A, _C), _SPAN, 1),
]


def _told(times: list[Time]) -> list[Expected]:
    return [("places", f"{op}({first},{second})", n) for op, first, second, n in times]


TEMPORAL, TEMPORAL_TURNED = _told(_RELATED), _told(_TURNED)
