"""Bare SQL, asked by pgbench: the client that PostgreSQL itself brings along for measuring."""

import asyncio
import math
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gis_gov.bench.contenders import Contender, Slice
from gis_gov.bench.http import Broken
from gis_gov.db.client import client_environment
from gis_gov.db.cluster_programs import ProgramsMissingError, find_client
from gis_gov.db.scope import KINDS, SYSTEM

NAME: Final = "pgbench"
TICK_S: Final = 1e-6
TIMED_S: Final = 0.5
"""A slice that is shorter is so many questions as take about that long: pgbench counts seconds."""
WARM_UP_MAX_S: Final = 20.0
ASKED_MAX: Final = 1000
"""Questions at most on a connection in such a slice."""
_PLACE, _TURN, _CLIENTS = "place", "turn", "clients"
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Program:
    """A pgbench: where it is, and what it says of its version."""

    path: str
    version: str


def find_pgbench() -> Program | None:
    """Find the pgbench of the newest PostgreSQL, None where none is installed."""
    try:
        path = find_client(NAME)
    except ProgramsMissingError:
        return None
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    return Program(path, done.stdout.strip())


@dataclass(frozen=True, slots=True)
class _Answered:
    """One line of pgbench's log: the number on its connection, when, and how long it took."""

    number: int
    time_s: float
    ended_s: float


class PgbenchContender(Contender):
    """PostgreSQL, asked by pgbench for one place after the other, prepared."""

    def __init__(
        self, program: Program, url: str, query: str, parameters: Sequence[Mapping[str, object]]
    ) -> None:
        self._program = program
        self._environment = environment(url)
        self._folder = TemporaryDirectory(prefix="gis-gov-bench-")
        self._script = Path(self._folder.name) / "question.sql"
        self._script.write_text(script(query, parameters), encoding="utf-8")
        self._constants = constants(parameters)
        self.different = len(parameters)
        self._first_s = 0.0
        self._warm_up_s: dict[int, float] = {}
        self._slices = 0
        self._turn = 0

    async def first(self) -> float:
        """Ask once on a new connection, and return how long the answer took, in seconds."""
        (answered,) = await self._run(1, "--transactions", "1")
        self._first_s = answered.time_s
        return answered.time_s

    async def twice(self) -> tuple[float, float]:
        """Ask twice on one new connection; of several places each question is about any of them."""
        one, other = await self._run(1, "--transactions", "2")
        return one.time_s, other.time_s

    async def drive(self, concurrency: int, seconds: float, asked_max: int) -> Slice:
        """Ask on so many connections; what comes before each has had an answer only warms up.

        Each slice connects anew, and to plan on many connections at once may take longer than
        to answer.
        """
        if seconds < TIMED_S:
            asked = min(asked_max / concurrency, ASKED_MAX)
            if self._first_s:
                asked = min(asked, seconds / self._first_s)
            limit = ("--transactions", str(1 + max(1, int(asked))))
        else:
            guessed_s = self._first_s * concurrency / (os.cpu_count() or 1)
            warm_up_s = min(self._warm_up_s.get(concurrency, guessed_s), WARM_UP_MAX_S)
            limit = ("--time", str(math.ceil(seconds + warm_up_s)))
        found = await self._run(concurrency, *limit)
        self._turn += max(each.number for each in found)
        later = [each for each in found if each.number > 1]
        warm_s = max(each.ended_s for each in found if each.number == 1)
        self._warm_up_s[concurrency] = warm_s - _began_s(found)
        warm = [each for each in later if each.ended_s > warm_s]
        if seconds >= TIMED_S and warm:
            return _slice(warm, warm_s)
        # Where an answer takes as long as the slice there is no second one.
        return _slice(later or found, _began_s(later or found))

    async def close(self) -> None:
        """Remove the script."""
        self._folder.cleanup()

    async def _run(self, concurrency: int, *limit: str) -> list[_Answered]:
        """Run pgbench, and return what its log tells.

        Raises:
            Broken: a question failed.

        """
        self._slices += 1
        turns = {_TURN: self._turn, _CLIENTS: concurrency}
        log = Path(self._folder.name) / f"log{self._slices}"
        process = await asyncio.create_subprocess_exec(
            *(self._program.path, "--no-vacuum", "--file", self._script, "--protocol", "prepared"),
            *("--client", str(concurrency), "--jobs", str(min(concurrency, os.cpu_count() or 1))),
            *("--log", f"--log-prefix={log}", *limit),
            *(f"--define={name}={value}" for name, value in {**self._constants, **turns}.items()),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _, complaint = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise Broken(_fault(complaint.decode(errors="replace")))
        return read_log(log)


def environment(url: str) -> dict[str, str]:
    """Return the environment for pgbench: the database, and that it may see everything."""
    told = client_environment(url)
    settings = [
        f"-c gis_gov.reach_{kind}={value}" for kind, value in zip(KINDS, SYSTEM.values, strict=True)
    ]
    options = " ".join([*([told["PGOPTIONS"]] if "PGOPTIONS" in told else []), *settings])
    return {**told, "PGOPTIONS": options, "PGAPPNAME": "gis_gov bench"}


def constants(parameters: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return what is the same for each question, as pgbench takes it from the command line."""
    return (
        {name: str(value) for name, value in parameters[0].items()} if _is_one(parameters) else {}
    )


def script(query: str, parameters: Sequence[Mapping[str, object]]) -> str:
    """Write a question of psycopg's as a script of pgbench's, that goes round the parameters.

    The connections share a round: of three, each asks about every third one. In the query, a colon
    before a letter begins a variable of pgbench's, in a text, too.
    """
    lines = []
    if not _is_one(parameters):
        turn = f":{_TURN} * :{_CLIENTS} + :client_id"
        lines = [rf"\set {_PLACE} mod({turn}, {len(parameters)})", rf"\set {_TURN} :{_TURN} + 1"]
        lines += [
            rf"\set {name} {_choice([each[name] for each in parameters])}" for name in parameters[0]
        ]
    asked = _PARAMETER.sub(r":\1", query).replace("%%", "%").strip().rstrip(";")
    return "\n".join([*lines, asked, ";", ""])


def _is_one(parameters: Sequence[Mapping[str, object]]) -> bool:
    return len(parameters) == 1


def _choice(values: Sequence[object], first: int = 0) -> str:
    """Write an expression that picks a value by its number, by halves: pgbench has no lists."""
    if len(values) == 1:
        (value,) = values
        if not isinstance(value, int | float):
            raise TypeError(f"pgbench reckons with numbers only, not with {value!r}")
        return repr(value)
    half = len(values) // 2
    lower, upper = _choice(values[:half], first), _choice(values[half:], first + half)
    return f"case when :{_PLACE} < {first + half} then {lower} else {upper} end"


def read_log(prefix: Path) -> list[_Answered]:
    """Read the log of each thread of pgbench's."""
    found = []
    for file in sorted(prefix.parent.glob(f"{prefix.name}.*")):
        for line in file.read_text(encoding="ascii").splitlines():
            _, number, time_us, _, epoch_s, epoch_us = map(int, line.split()[:6])
            ended_s = epoch_s + epoch_us / 1e6
            # Shorter than a tick of the log's clock is a tick.
            found.append(_Answered(number, max(time_us / 1e6, TICK_S), ended_s))
        file.unlink()
    return found


def _began_s(answered: Sequence[_Answered]) -> float:
    return min(each.ended_s - each.time_s for each in answered)


def _slice(answered: Sequence[_Answered], since_s: float) -> Slice:
    ended_s = max(each.ended_s for each in answered)
    # Shorter than a tick of the log's clock is a tick.
    return Slice([each.time_s for each in answered], max(ended_s - since_s, TICK_S))


def _fault(complaint: str) -> str:
    """Return the line that tells what failed."""
    lines = complaint.strip().splitlines()
    told = [line for line in lines if "ERROR:" in line or "error:" in line] or lines
    return told[0].removeprefix("pgbench: error: ") if told else f"{NAME} failed"
