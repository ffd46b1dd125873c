"""Look the locked packages up in the advisory databases, where these can be reached."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

UNREACHABLE: Final = "skipped: no advisory database reachable"
LOCKS: Final = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")


def audit(root: Path, page: Path, environment: Mapping[str, str]) -> list[str]:
    """Return what is known against the packages of Python and of the page.

    It is [UNREACHABLE] where no database could be asked, and nothing where none knows of anything.
    """
    found = [*_python(root, environment), *_npm(page, environment)]
    known = [each for each in found if each != UNREACHABLE]
    return known or [each for each in found if each == UNREACHABLE][:1]


def _python(root: Path, environment: Mapping[str, str]) -> list[str]:
    names = sorted({line for lock in LOCKS for line in pinned((root / lock).read_text("utf-8"))})
    # One package first: a registry that tells of none need not be asked about all.
    if _ask_python(names[:1], root, environment) == [UNREACHABLE]:
        return [UNREACHABLE]
    return [found for each in rounds(names) for found in _ask_python(each, root, environment)]


def _ask_python(names: Sequence[str], root: Path, environment: Mapping[str, str]) -> list[str]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pinned.txt"
        file.write_text("\n".join(names) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip"]
        return python_advisories(_run([*command, "-f", "json", "-r", str(file)], root, environment))


def _npm(page: Path, environment: Mapping[str, str]) -> list[str]:
    return npm_advisories(_run(["npm", "audit", "--json"], page, environment))


def pinned(lock: str) -> list[str]:
    """Return the `name==version` of each package of a lock file."""
    lines = (line.partition(" ")[0] for line in lock.splitlines() if "==" in line)
    return [line for line in lines if line and not line.startswith("#")]


def rounds(names: Iterable[str]) -> list[list[str]]:
    """Part pinned packages so that no part has two versions of one, which pip-audit refuses."""
    parts: list[dict[str, str]] = []
    for name in names:
        package = name.partition("==")[0]
        for part in parts:
            if package not in part:
                part[package] = name
                break
        else:
            parts.append({package: name})
    return [list(part.values()) for part in parts]


def python_advisories(told: str) -> list[str]:
    """Read the answer of pip-audit; packages that it could not look up count for nothing."""
    packages = _parsed(told).get("dependencies", [])
    looked_up = [each for each in packages if "vulns" in each]
    if not looked_up:
        return [UNREACHABLE]
    return [
        f"{each['name']} {each['version']}: {fault['id']}, mended in"
        f" {', '.join(fault.get('fix_versions', [])) or 'no version yet'}"
        for each in looked_up
        for fault in each["vulns"]
    ]


def npm_advisories(told: str) -> list[str]:
    """Read the answer of npm audit."""
    answer = _parsed(told)
    if "vulnerabilities" not in answer:
        return [UNREACHABLE]
    return [f"{name}: {fault['severity']}" for name, fault in answer["vulnerabilities"].items()]


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def _parsed(told: str) -> dict[str, Any]:
    try:
        answer = json.loads(told)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
