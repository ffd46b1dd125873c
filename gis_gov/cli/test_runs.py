"""Run pytest: all tests side by side, and those that failed once more, by themselves."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gis_gov.cli.messages import say

AGAIN_MAX: Final = 15
"""More failures than that are no accident of a busy machine."""
_FAILED: Final = 1
"""The exit code of pytest for tests that failed; others say that it did not get that far."""


def run_tests(root: Path, environment: Mapping[str, str], processes: int) -> int:
    """Run the tests of a checkout; return the exit code of pytest.

    A test that waits for something may fail because the others take the processors. So those that
    failed run again, one after the other: they have to pass then, and are named all the same.
    """
    command = [sys.executable, "-m", "pytest"]
    code = run(root, environment, [*command, "-n", str(processes), "--cache-clear"])
    failed = _last_failed(root) if code == _FAILED else []
    # What could not be collected is no test, and to run nothing by name is to run all.
    if not 0 < len(failed) <= AGAIN_MAX or not all("::" in each for each in failed):
        return code
    say(f"tests that failed: {len(failed)}; they run again, by themselves")
    again = run(root, environment, [*command, *failed])
    if again == 0:
        say(f"failed beside the others, passed alone: {', '.join(failed)}")
    return again


def run(root: Path, environment: Mapping[str, str], command: list[str]) -> int:
    """Run a program in a checkout; return its exit code."""
    return subprocess.run(command, cwd=root, env=dict(environment), check=False).returncode


def workers() -> int:
    """Return how many tests are run side by side."""
    return min(os.cpu_count() or 1, 8)


def _last_failed(root: Path) -> list[str]:
    noted = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return sorted(json.loads(noted.read_text(encoding="utf-8"))) if noted.is_file() else []
