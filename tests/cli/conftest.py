"""Run the command line as its users do: as a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

START_S = 120
STOP_S = 60
ADDRESS = re.compile(r"The map is at (http://\S+)/ ")


def clean_environment(**settings: object) -> dict[str, str]:
    """The environment without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIS_GOV_")}
    return kept | {name: str(value) for name, value in settings.items()}


def gis_gov(
    *arguments: object, stdin: str | None = None, **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `settings` are environment variables."""
    return subprocess.run(
        [sys.executable, "-m", "gis_gov", *map(str, arguments)],
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


class Up:
    """A `gis-gov up` (or serve) that runs."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gis_gov", *map(str, arguments)],
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


@pytest.fixture
def start() -> Iterator[Callable[..., Up]]:
    """Start commands that end with the test."""
    running: list[Up] = []

    def start_one(*arguments: object, **settings: object) -> Up:
        running.append(Up(*arguments, **settings))
        return running[-1]

    yield start_one
    for one in running:
        if one.process.poll() is None:
            one.stop(signal.SIGTERM)
        assert one.process.stdout
        one.process.stdout.close()


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
