"""What the advisory databases tell, as pip-audit and npm print it, and when they tell nothing."""

import json
import re
from pathlib import Path

import pytest

from gis_gov.cli.dependency_audit import (
    LOCKS,
    UNREACHABLE,
    npm_advisories,
    pinned,
    python_advisories,
    rounds,
)

ROOT = Path(__file__).resolve().parents[2]
SOUND = {"name": "h3", "version": "4.3.0", "vulns": []}
FAULTY = {
    "name": "urllib3",
    "version": "1.26.0",
    "vulns": [{"id": "PYSEC-2021-108", "fix_versions": ["1.26.5"], "aliases": []}],
}
UNKNOWN = {"name": "h3", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "found"),
    [
        ([SOUND], []),
        ([SOUND, UNKNOWN], []),
        ([SOUND, FAULTY], ["urllib3 1.26.0: PYSEC-2021-108, mended in 1.26.5"]),
        ([UNKNOWN], [UNREACHABLE]),
    ],
)
def test_what_pip_audit_tells(packages: list[object], found: list[str]) -> None:
    assert python_advisories(json.dumps({"dependencies": packages, "fixes": []})) == found


@pytest.mark.parametrize("told", ["", "Traceback (most recent call last)", "[]", "{}"])
def test_no_answer_is_no_advisory(told: str) -> None:
    assert python_advisories(told) == npm_advisories(told) == [UNREACHABLE]


def test_what_npm_tells() -> None:
    faulty = {"auditReportVersion": 2, "vulnerabilities": {"vite": {"severity": "high"}}}
    assert npm_advisories(json.dumps(faulty)) == ["vite: high"]
    assert npm_advisories(json.dumps({"auditReportVersion": 2, "vulnerabilities": {}})) == []
    assert npm_advisories(json.dumps({"statusCode": 405, "message": "no"})) == [UNREACHABLE]


def test_no_round_has_two_versions_of_a_package() -> None:
    assert rounds(["a==1", "b==1", "b==2", "c==1"]) == [["a==1", "b==1", "c==1"], ["b==2"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_asked_about(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    listed = pinned(text)
    assert len(listed) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
    assert all(re.fullmatch(r"[a-z0-9.-]+(\[[a-z,]+\])?==[a-z0-9.]+", line) for line in listed)
