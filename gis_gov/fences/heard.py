"""Whether something was heard of workers while it mattered, and when nothing was."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import sql_file, tuples
from gis_gov.fences.known_now import SILENT_S
from gis_gov.fences.settling import NEAR_S, Stay
from gis_gov.fences.settling_queries import Span, WorkerFence

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class TooLong:
    """What lasted for too long: of whom, in which fence, from and to when.

    `told_s` is the first moment at which it could be told, as it was too long.
    """

    pair: WorkerFence
    from_s: float
    to_s: float
    told_s: float


async def stays_of(
    conn: AsyncConnection[Any], lasted: Sequence[TooLong], at_s: float
) -> Mapping[WorkerFence, list[Stay]]:
    """Return what would have been told if all fixes had come in time, where each worker was then.

    It would not, if nothing had been heard of him lately by the time at which it was too long.
    """
    asked = {
        "number": list(range(len(lasted))),
        "worker_id": [each.pair[0] for each in lasted],
        "from_s": [each.from_s for each in lasted],
        "told_s": [each.told_s for each in lasted],
        "silent_s": SILENT_S,
        # The fix by which it is over tells nothing of it.
        "to_s": [min(each.to_s - NEAR_S, at_s) for each in lasted],
    }
    stays: defaultdict[WorkerFence, list[Stay]] = defaultdict(list)
    for number, lon, lat in await tuples(conn, sql_file(_PACKAGE, "heard_in"), asked):
        each = lasted[number]
        stays[each.pair].append(Stay(number, each.from_s, each.to_s, lon, lat))
    return stays


@dataclass(frozen=True, slots=True)
class Presence:
    """From and to when a worker was somewhere (s since 1970; to inf: he is yet)."""

    worker_id: int
    span: Span


async def read_silences(
    conn: AsyncConnection[Any], there: Sequence[Presence], longest_s: float, at_s: float
) -> Mapping[int, list[Span]]:
    """Read when nothing was heard of workers for longer than so many seconds, by place in `there`.

    From the last fix on, which may have been before; up to the next one, or to the end.
    """
    asked = {
        "number": list(range(len(there))),
        "worker_id": [each.worker_id for each in there],
        "from_s": [each.span[0] for each in there],
        "to_s": [min(each.span[1], at_s) for each in there],
        "silent_s": longest_s,
    }
    silences: defaultdict[int, list[Span]] = defaultdict(list)
    for number, from_s, to_s in await tuples(conn, sql_file(_PACKAGE, "silences"), asked):
        silences[number].append((from_s, there[number].span[1] if to_s is None else to_s))
    return silences
