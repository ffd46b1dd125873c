"""What tests of the command line share: a home, a port, processes that end with the test."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.process import Up
from tests.ports import unused_port


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
    return unused_port()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
