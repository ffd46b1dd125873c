"""`gis-gov test`: every check, then every test, of a checkout."""

import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer

from gis_gov.cli.dependency_audit import UNREACHABLE, audit
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.test_runs import run, run_tests, workers

COMMAND = {"context_settings": {"allow_extra_args": True, "ignore_unknown_options": True}}

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "gis_gov" / "dashboard"
# By far the slowest goes first: the others have run when it ends.
CHECKS = {
    "pyright": ["pyright"],
    "ruff format": ["ruff", "format", "--check", "."],
    "ruff check": ["ruff", "check", "."],
    "sqlfluff": ["sqlfluff", "lint", "gis_gov", "migrations", "tiles"],
    "lint-imports": ["lint-imports"],
    "eslint": ["npm", "--prefix", str(PAGE), "run", "--silent", "lint"],
    "tsc": ["npm", "--prefix", str(PAGE), "exec", "tsc", "--", "--noEmit", "-p", str(PAGE)],
    "vitest": ["npm", "--prefix", str(PAGE), "run", "--silent", "test"],
}

DEPENDENCIES = "dependencies"

Arguments = Annotated[
    list[str] | None,
    typer.Argument(help="Arguments of pytest; with any, only pytest runs.", metavar="[PYTEST]..."),
]


def test(arguments: Arguments = None) -> int:  # noqa: PT028 - a command, not a test
    """Run all checks and tests of a checkout.

    Example: gis-gov test tests/geo -k gcj02
    """
    if not (ROOT / "tests").is_dir():
        raise CommandError("there are no tests here; gis-gov test works in a checkout")
    failed = [] if arguments else _failing_checks()
    if failed:
        say(f"failed: {', '.join(failed)}; the tests run all the same")
    if arguments:
        pytest = [sys.executable, "-m", "pytest", "-n", str(workers()), *arguments]
        return run(ROOT, _environment(), pytest)
    return run_tests(ROOT, _environment(), workers()) or (1 if failed else 0)


def _failing_checks() -> list[str]:
    """Run the checks side by side, tell what each said once it ends, and return which failed."""
    failed: list[str] = []
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as threads:
        running: dict[Future[tuple[bool, str]], str] = {
            threads.submit(_check, name): name for name in CHECKS
        }
        running[threads.submit(_check_dependencies)] = DEPENDENCIES
        for ended in as_completed(running):
            passed, told = ended.result()
            say(f"check: {running[ended]}")
            print(told, end="", flush=True)
            if not passed:
                failed.append(running[ended])
    return failed


def _check(name: str) -> tuple[bool, str]:
    done = subprocess.run(
        CHECKS[name],
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout


def _check_dependencies() -> tuple[bool, str]:
    found = audit(ROOT, PAGE, _environment())
    return found in ([], [UNREACHABLE]), "".join(f"{line}\n" for line in found)


def _environment() -> dict[str, str]:
    """Return the environment of a check; the settings of its user are not the tests'."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIS_GOV_") or name.startswith("GIS_GOV_TEST_")
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return kept | {"PATH": path}
