"""Compare our server with bare SQL and with the peer, on one database, in one run."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import psycopg

from gis_gov.bench.contenders import (
    CONTENDERS,
    EMPTY,
    OTHERS,
    OURS,
    PEER,
    SQL,
    Contender,
    HttpContender,
    SqlContender,
)
from gis_gov.bench.http import Broken
from gis_gov.bench.listening import Ports
from gis_gov.bench.measure import Speed, compare
from gis_gov.bench.pgbench import PgbenchContender, Program
from gis_gov.bench.questions import EMPTY_PATH
from gis_gov.bench.subject import Subject
from gis_gov.bench.wanted import Want, Wanted


@dataclass(frozen=True, slots=True)
class Result:
    """How fast each contender answered a subject, and why one that was asked has no figure.

    `first_ms` is the time of each one's very first answer: servers and connections are new then.
    """

    subject: str
    concurrency: int
    speeds: dict[str, Speed]
    first_ms: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    wants: Sequence[Want] = ()

    def ratio(self, other: str) -> float | None:
        """Return how many answers of ours come on one of another's, None where one is missing."""
        if OURS not in self.speeds or other not in self.speeds:
            return None
        return self.speeds[OURS].rate / self.speeds[other].rate

    def wanted(self, name: str) -> list[Wanted]:
        """Tell what is wanted of ours beside a contender; of ours alone, where that is it."""
        return [self._measured(want) for want in self.wants if (want.other or OURS) == name]

    def _measured(self, want: Want) -> Wanted:
        name = want.other or OURS
        fit = OURS in self.speeds and name in self.speeds
        match want.figure:
            case "rate":
                return Wanted("rate", "≥", want.limit, self.ratio(name), " ×")
            case "time":
                times = [self.speeds[each].percentile_ms(0.5) for each in (OURS, name) if fit]
                share = times[0] / times[1] if times else None
                return Wanted("time", "≤", want.limit, share, " ×")
            case "p95":
                p95_ms = self.speeds[OURS].percentile_ms(0.95) if fit else None
                return Wanted("p95", "≤", want.limit, p95_ms, " ms")

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "subject": self.subject,
            "concurrency": self.concurrency,
            **{name: self._figures(name) for name in self.speeds},
            "ratios": {
                other: round(ratio, 3)
                for other in OTHERS
                if (ratio := self.ratio(other)) is not None
            },
            "failures": self.failures,
            "wanted": [
                {"beside": name, **each.as_json()}
                for name in (*CONTENDERS, EMPTY)
                for each in self.wanted(name)
            ],
        }

    def _figures(self, name: str) -> dict[str, float | None]:
        speed = self.speeds[name]
        first_ms = self.first_ms.get(name)
        return {
            "per_second": round(speed.rate, 1),
            "first_ms": None if first_ms is None else round(first_ms, 3),
            "p50_ms": round(speed.percentile_ms(0.5), 3),
            "p95_ms": round(speed.percentile_ms(0.95), 3),
            "p99_ms": round(speed.percentile_ms(0.99), 3),
            "answers": len(speed.times_ms),
        }


@dataclass(frozen=True, slots=True)
class BareSql:
    """How bare SQL is put to the database: by pgbench, or by psycopg where there is none."""

    url: str
    pgbench: Program | None

    @property
    def client(self) -> str:
        """Return the name of who asks, for the record."""
        return self.pgbench.version if self.pgbench else f"psycopg {psycopg.__version__}"

    async def contender(self, subject: Subject, concurrency: int) -> Contender:
        """Make the contender for a subject that has a query."""
        query = subject.query or "select"
        if self.pgbench:
            return PgbenchContender(self.pgbench, self.url, query, subject.parameters)
        return await SqlContender.open(self.url, query, subject.parameters, concurrency)


async def measure_all(
    subjects: Sequence[Subject],
    ports: Ports,
    bare: BareSql,
    concurrency: Sequence[int],
    seconds: float,
    progress: Callable[[str, float | None], None],
) -> list[Result]:
    """Measure each subject for `seconds` a contender, with each number of questions at once."""
    results: list[Result] = []
    for number, subject in enumerate(subjects):
        progress(subject.name, number / len(subjects))
        first_ms: dict[str, float] = {}
        for at_once in concurrency:
            result = await _measure(subject, ports, bare, at_once, seconds)
            first_ms = first_ms or result.first_ms
            result.first_ms.update(first_ms)
            results.append(result)
    return results


async def _measure(
    subject: Subject, ports: Ports, bare: BareSql, concurrency: int, seconds: float
) -> Result:
    async with AsyncExitStack() as stack:
        asked = await _contenders(subject, ports, bare, concurrency)
        for contender in asked.values():
            stack.push_async_callback(contender.close)
        first_ms: dict[str, float] = {}
        failures: dict[str, str] = {}
        for name, contender in asked.items():
            try:
                first_ms[name] = await contender.first() * 1000
            except (Broken, psycopg.Error) as error:
                failures[name] = str(error)
        fit = {name: asked[name] for name in asked if name not in failures}
        speeds, later = await compare(fit, concurrency, seconds)
    told = {**failures, **later}
    return Result(subject.name, concurrency, speeds, first_ms, told, subject.wants)


async def _contenders(
    subject: Subject, ports: Ports, bare: BareSql, concurrency: int
) -> Mapping[str, Contender]:
    asked: dict[str, Contender] = {}
    if subject.ours:
        asked[OURS] = await HttpContender.open(
            ports.anew if subject.anew else ports.ours,
            subject.ours,
            concurrency,
            headers=f"authorization: Bearer {ports.key}\r\n",
            revalidates=subject.revalidates,
            once=subject.once,
        )
    if subject.by_empty:
        asked[EMPTY] = await HttpContender.open(ports.ours, [EMPTY_PATH], concurrency)
    if subject.query is not None:
        asked[SQL] = await bare.contender(subject, concurrency)
    if subject.peer and ports.peer is not None:
        asked[PEER] = await HttpContender.open(ports.peer, subject.peer, concurrency)
    return asked
