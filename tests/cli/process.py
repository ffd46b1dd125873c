"""Run the command line as its users do: as a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import httpx

from tests import plain_http

# Long: other tests share the processors.
START_S = 300
STOP_S = 60
PROGRAM = (sys.executable, "-m", "gis_gov")
ADDRESS = re.compile(r"The map is at (https?://\S+)/ ")


def clean_environment(**settings: object) -> dict[str, str]:
    """The environment of a plain user: no settings, and Python keeps what it compiles."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIS_GOV_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return kept | {name: str(value) for name, value in settings.items()}


def gis_gov(
    *arguments: object, stdin: str | None = None, **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `settings` are environment variables."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        env=clean_environment(**settings),
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one line with which a command refused."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def get(url: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
    """Ask a server that other tests may slow down."""
    return plain_http.get(url, params=params, headers=headers, timeout=STOP_S)


def key_header(*arguments: object, command: Sequence[object] = PROGRAM) -> dict[str, str]:
    """Make a key that sees everything everywhere, and return the header that shows it."""
    done = subprocess.run(
        [*map(str, command), "key", "create", "--name", "test", "--role", "commander"]
        + [str(argument) for argument in arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {"authorization": f"Bearer {done.stdout.strip()}"}


class Up:
    """A `gis-gov up` (or serve) that runs."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            env=clean_environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Read what it says until a line matches."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if found := pattern.search(line):
                return found
        raise AssertionError(f"ended with {self.process.wait()}: {''.join(self.said)}")

    def address(self) -> str:
        """Wait until it serves, and return where."""
        return self.wait_for(ADDRESS)[1]

    def stop(self, order: signal.Signals = signal.SIGINT) -> int:
        """Send a signal, and return the exit code."""
        self.process.send_signal(order)
        rest, _ = self.process.communicate(timeout=STOP_S)
        self.said.append(rest)
        return self.process.returncode
