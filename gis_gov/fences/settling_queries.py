"""Every statement that settles alarms, whatever they are of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import sql_file, tuples
from gis_gov.fences.settling import NEAR_S, Raised, Settled, Stay

_PACKAGE: Final = __package__ or ""
DUE_MAX: Final = 500
"""So many notes are taken at a time."""
STAY_S: Final = 60 * 86_400.0
"""A stay is looked back for no farther than that."""

WorkerFence = tuple[int, int]
"""A worker, and a fence, by their ids."""
Span = tuple[float, float]
"""From when to when (s since 1970)."""
Due = Mapping[WorkerFence, float]
"""Of whom alarms are to be looked at again, since when (s since 1970)."""
Judged = Due | Mapping[tuple[None, int], float]
"""Of which workers (None: all) and fences all was looked at, since when."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Of what there should be alarms of a kind, and of whom that is all since when.

    Who is not watched any more keeps the alarms that are over, and has no others. Of what began
    longer than `within_s` before nothing is known.
    """

    kind: str
    stays: Mapping[WorkerFence, Sequence[Stay]]
    judged: Judged
    unwatched: Set[WorkerFence] = frozenset()
    within_s: float = inf

    def from_beginnings(self) -> Mapping[tuple[int | None, int], float]:
        """Return of whom all is known since when, or since the beginning of what lasted then."""
        began: dict[tuple[int | None, int], float] = dict(self.judged.items())
        for (worker, fence), stays in self.stays.items():
            for key in ((worker, fence), (None, fence)):
                if key in began:
                    began[key] = min([began[key], *(stay.in_s for stay in stays)])
        return began


async def take_due(conn: AsyncConnection[Any], at_s: float) -> Due:
    """Take whose alarms in which fences may be others now; what is to come is left."""
    asked = {"most": DUE_MAX, "at_s": at_s}
    rows = await tuples(conn, sql_file(_PACKAGE, "take_alarm_due"), asked)
    return {(worker, fence): since_s for worker, fence, since_s in rows}


async def put_due(conn: AsyncConnection[Any], due: Iterable[tuple[WorkerFence, float]]) -> None:
    """Note that alarms of workers and fences are to be looked at again, since when."""
    due = list(due)
    if due:
        asked = {
            "worker_id": [worker for (worker, _), _ in due],
            "fence_id": [fence for (_, fence), _ in due],
            "since_s": [since_s for _, since_s in due],
        }
        await conn.execute(sql_file(_PACKAGE, "put_alarm_due"), asked)


async def read_alarms(
    conn: AsyncConnection[Any], expected: Expected
) -> Mapping[WorkerFence, list[Raised]]:
    """Read the alarms that were raised, so far, of what was looked at.

    From the beginning of what there should be alarms of: one may have been over before that was.
    """
    alarms: defaultdict[WorkerFence, list[Raised]] = defaultdict(list)
    columns = columns_of(expected.from_beginnings().items(), expected.within_s)
    asked = {"kind": expected.kind, "near_s": 2 * NEAR_S, **columns}
    rows = await tuples(conn, sql_file(_PACKAGE, "alarms_of"), asked)
    for worker, fence, *alarm in rows:
        alarms[worker, fence].append(Raised(*alarm))
    return alarms


async def put_settled(
    conn: AsyncConnection[Any], kind: str, settled: Mapping[WorkerFence, Settled], at_s: float
) -> None:
    """Withdraw what was not so, tell when and where all else was, and raise what is missing."""
    over = [number for each in settled.values() for number in each.over]
    if over:
        await close_alarms(conn, at_s, over)
    wrong = [number for each in settled.values() for number in each.wrong]
    if wrong:
        await conn.execute(sql_file(_PACKAGE, "withdraw_alarms"), {"ids": wrong})
    changed = [pair for each in settled.values() for pair in each.changed.items()]
    if changed:
        asked = {"id": [number for number, _ in changed], **_columns(stay for _, stay in changed)}
        await conn.execute(sql_file(_PACKAGE, "change_alarms"), asked)
    missing = [(pair, stay) for pair, each in settled.items() for stay in each.missing]
    if missing:
        asked = {
            "kind": kind,
            "at_s": at_s,
            "worker_id": [worker for (worker, _), _ in missing],
            "fence_id": [fence for (_, fence), _ in missing],
            **_columns(stay for _, stay in missing),
        }
        await conn.execute(sql_file(_PACKAGE, "open_settled"), asked)


async def close_alarms(conn: AsyncConnection[Any], at_s: float, ids: Sequence[int]) -> None:
    """Close alarms whose cause is over."""
    await conn.execute(sql_file(_PACKAGE, "close_alarms"), {"at_s": at_s, "ids": list(ids)})


def is_since(span: Span, since_s: float) -> bool:
    """Say whether something lasted up to a moment or longer."""
    return span[1] >= since_s - NEAR_S


def columns_of(
    due: Iterable[tuple[tuple[int | None, int], float]], within_s: float = inf
) -> dict[str, list[Any]]:
    """Return what is due as columns, with since when it may have begun."""
    due = list(due)
    return {
        "worker_id": [worker for (worker, _), _ in due],
        "fence_id": [fence for (_, fence), _ in due],
        "begun_s": [since_s - within_s for _, since_s in due],
        "since_s": [since_s - NEAR_S for _, since_s in due],
    }


def _columns(stays: Iterable[Stay]) -> dict[str, list[Any]]:
    stays = list(stays)
    return {
        "in_s": [stay.in_s for stay in stays],
        "out_s": [None if stay.out_s == inf else stay.out_s for stay in stays],
        "lon": [stay.lon for stay in stays],
        "lat": [stay.lat for stay in stays],
    }
