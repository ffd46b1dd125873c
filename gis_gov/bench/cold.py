"""The first answer after a cold start: nothing of the database is in memory, the server is new.

Before each, PostgreSQL is stopped, the system is made to forget its files, PostgreSQL is started,
then the server that is asked; and the files are forgotten once more. What a server has read into
its own memory while it started is its own: it is told how long that took.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import psycopg
import uvloop

from gis_gov.bench.cold_home import ColdHome
from gis_gov.bench.contenders import CONTENDERS, OURS, PEER, SQL, Contender, HttpContender
from gis_gov.bench.disk_cache import kept
from gis_gov.bench.http import Broken
from gis_gov.bench.peer import peer_server
from gis_gov.bench.servers import our_server
from gis_gov.bench.speed import BareSql
from gis_gov.bench.subject import Subject

MB: Final = 1_000_000
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class ColdAnswer:
    """How long the server took until it was ready (bare SQL has none), then two same questions.

    `read_mb` is how much of the database's files came into memory meanwhile.
    """

    ready_s: float | None
    cold_ms: float
    again_ms: float
    read_mb: float


@dataclass(frozen=True, slots=True)
class ColdResult:
    """The answers of each contender after cold starts, and why one that was asked has none."""

    subject: str
    answers: dict[str, list[ColdAnswer]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def median(self, name: str, figure: Callable[[ColdAnswer], float | None]) -> float | None:
        """Return the median of a figure of a contender, None where there is none."""
        found = [figure(each) for each in self.answers.get(name, ())]
        told = [each for each in found if each is not None]
        return median(told) if told else None

    def ratio(self, other: str) -> float | None:
        """Return how many times as long as ours another's cold answer takes."""
        ours, others = (self.median(name, lambda each: each.cold_ms) for name in (OURS, other))
        return others / ours if ours and others else None

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "subject": self.subject,
            **{name: self._figures(name) for name in self.answers},
            "ratios": {
                other: round(ratio, 3)
                for other in (SQL, PEER)
                if (ratio := self.ratio(other)) is not None
            },
            "failures": self.failures,
        }

    def _figures(self, name: str) -> dict[str, Any]:
        answers = self.answers[name]
        return {
            "starts": len(answers),
            "ready_p50_s": _rounded(self.median(name, lambda each: each.ready_s)),
            "cold_p50_ms": _rounded(self.median(name, lambda each: each.cold_ms)),
            "again_p50_ms": _rounded(self.median(name, lambda each: each.again_ms)),
            "read_p50_mb": _rounded(self.median(name, lambda each: each.read_mb)),
            "cold_ms": [_rounded(each.cold_ms) for each in answers],
            "again_ms": [_rounded(each.again_ms) for each in answers],
        }


@dataclass(frozen=True, slots=True)
class ColdMeasured:
    """What was measured after how many cold starts."""

    starts: int
    results: Sequence[ColdResult]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {"starts": self.starts, "subjects": [each.as_json() for each in self.results]}


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 3)


@dataclass(frozen=True, slots=True)
class ColdServers:
    """What servers are started with on the database of a home, and the key that ours are shown.

    `peer` is the Python of the peer, None where that can't be had.
    """

    home: Path
    bare: BareSql
    peer: Path | None
    key: str

    def contenders(self, subject: Subject) -> list[str]:
        """Name those who can be asked."""
        can = {
            OURS: bool(subject.ours),
            SQL: subject.query is not None,
            PEER: bool(subject.peer) and self.peer is not None,
        }
        return [name for name in CONTENDERS if can[name]]

    @contextmanager
    def serving(self, name: str, subject: Subject) -> Generator[int | None]:
        """Run the server of a contender; yield its port, None for bare SQL."""
        url, folder = self.bare.url, self.home / "bench"
        if name == OURS:
            log, keeps = folder / "gis_gov.log", not subject.anew
            with our_server(url, self.home, log, keeps_answers=keeps) as port:
                yield port
        elif name == PEER and self.peer is not None:
            with peer_server(self.peer, url, folder / "tipg.log") as port:
                yield port
        else:
            yield None

    async def ask_twice(self, name: str, subject: Subject, port: int | None) -> tuple[float, float]:
        """Ask the same question twice on one connection; return how long each took, in seconds."""
        contender: Contender
        if port is None:
            contender = await self.bare.contender(subject, 1)
        else:
            paths = subject.ours if name == OURS else subject.peer
            headers = f"authorization: Bearer {self.key}\r\n" if name == OURS else ""
            contender = await HttpContender.open(port, paths, 1, headers=headers)
        try:
            return await contender.twice()
        finally:
            await contender.close()


def measure_cold(
    subjects: Sequence[Subject],
    home: ColdHome,
    servers: ColdServers,
    starts: int,
    progress: Progress,
) -> list[ColdResult]:
    """Ask each contender each question after so many cold starts, each time about another place.

    Subjects that need an answer beforehand are left out. In the end the database runs.

    Raises:
        NotCold: the files stay in memory.
        Occupied: others use the database.

    """
    asked = {each.name: each for each in subjects if not each.revalidates}
    results = {name: ColdResult(name) for name in asked}
    turns = [
        (number, subject, name)
        for number in range(starts)
        for subject in asked.values()
        for name in servers.contenders(subject)
    ]
    begun = time.monotonic()
    try:
        for done, (number, subject, name) in enumerate(turns):
            told = f"cold start {done + 1} of {len(turns)}{_left(begun, done, len(turns))}"
            progress(f"{told}: {subject.name}", done / len(turns))
            _measure(results[subject.name], subject.of_place(number), name, home, servers)
    finally:
        home.cluster.start()
    return list(results.values())


def _left(begun: float, done: int, turns: int) -> str:
    """Tell about how long the rest takes, once some of it is done."""
    if not done:
        return ""
    minutes = (time.monotonic() - begun) / done * (turns - done) / 60
    return f", {minutes:.0f} min left" if minutes >= 1 else ", less than 1 min left"


def _measure(
    result: ColdResult, subject: Subject, name: str, home: ColdHome, servers: ColdServers
) -> None:
    """Add an answer after a cold start to a result, or why there is none."""
    if name in result.failures:
        return
    home.restart()
    begun = time.monotonic()
    with servers.serving(name, subject) as port:
        ready_s = None if port is None else time.monotonic() - begun
        before = home.forget()
        try:
            cold_s, again_s = uvloop.run(servers.ask_twice(name, subject, port))
        except (Broken, psycopg.Error) as error:
            result.failures[name] = str(error)
            result.answers.pop(name, None)
            return
        read_mb = max(0, kept(home.cluster.data).in_memory - before.in_memory) / MB
    answer = ColdAnswer(ready_s, cold_s * 1000, again_s * 1000, read_mb)
    result.answers.setdefault(name, []).append(answer)
