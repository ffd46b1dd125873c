"""Every kind of problem: a slug of its own, a docstring, a test, and a line in the API guide."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import gis_gov
from gis_gov.problems import Problem

ROOT = Path(__file__).resolve().parents[2]


def kinds_of_problems() -> list[type[Problem]]:
    for module in pkgutil.walk_packages(gis_gov.__path__, "gis_gov."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: set[type[Problem]] = set()
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    ours = (kind for kind in found if kind.__module__.startswith("gis_gov."))
    return sorted(ours, key=lambda kind: kind.slug)


KINDS = kinds_of_problems()


def test_slugs_are_unique() -> None:
    slugs = [kind.slug for kind in KINDS]
    assert len(slugs) > 15
    assert sorted(set(slugs)) == slugs


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
class TestEachKind:
    def test_it_says_what_it_is(self, kind: type[Problem]) -> None:
        for name in ("slug", "title", "status", "__doc__"):
            assert vars(kind).get(name), f"{kind.__name__} has no {name} of its own"
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.slug)
        assert 400 <= kind.status < 600

    def test_it_has_a_test(self, kind: type[Problem]) -> None:
        named = re.compile(rf'[":]{kind.slug}"|\b{kind.__name__}\b')
        tests = [file for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)]
        assert any(named.search(file.read_text(encoding="utf-8")) for file in tests)

    def test_it_is_in_the_api_guide(self, kind: type[Problem]) -> None:
        guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
        assert f"| `{kind.slug}` | {kind.status} |" in guide
