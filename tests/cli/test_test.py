"""`gis-gov test` runs again what failed, and says so."""

import os
from pathlib import Path

import pytest

from gis_gov.cli import test_runs

FILES = {
    "pytest.ini": "[pytest]\ntestpaths = tests\n",
    "tests/test_all.py": """
from pathlib import Path

HERE = Path(__file__).parent


def test_passes():
    with (HERE / "passed").open("a") as file:
        file.write("x")


def test_fails_at_first():
    is_first = not (HERE / "ran").exists()
    (HERE / "ran").touch()
    assert not is_first
""",
}
BROKEN = "\n\ndef test_fails():\n    assert False\n"


def checkout(root: Path, more: str = "") -> Path:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + (more if name.endswith(".py") else ""), encoding="utf-8")
    return root


def run(root: Path) -> int:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return test_runs.run_tests(root, kept, 1)


def test_what_passes_alone_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = checkout(tmp_path)
    assert run(root) == 0
    told = capfd.readouterr().err
    assert "passed alone: tests/test_all.py::test_fails_at_first" in told
    # The others did not run again.
    assert (root / "tests" / "passed").read_text() == "x"


def test_what_fails_again_has_failed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(checkout(tmp_path, BROKEN)) == 1
    assert "passed alone" not in capfd.readouterr().err


def test_what_fails_everywhere_is_not_run_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    many = "".join(BROKEN.replace("test_fails", f"test_fails_{n}") for n in range(20))
    assert run(checkout(tmp_path, many)) == 1
    assert "run again" not in capfd.readouterr().err


def test_what_can_not_be_read_is_not_run_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(checkout(tmp_path, "\n\nthis is no Python\n")) not in (0, 5)
    assert "run again" not in capfd.readouterr().err


def test_what_each_process_collects_otherwise_is_not_run_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    more = """

import pytest


@pytest.mark.parametrize("each", [object()], ids=lambda each: str(id(each)))
def test_has_another_name_each_time(each):
    pass
"""
    root = checkout(tmp_path, more)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    assert test_runs.run_tests(root, kept, 2) == 1
    assert "run again" not in capfd.readouterr().err
