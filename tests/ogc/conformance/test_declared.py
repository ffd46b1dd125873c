"""Every class that is declared has its tests, and every test has its class."""

import ast
from pathlib import Path

from gis_gov.ogc.service import CONFORMANCE
from tests.ogc.conformance.abstract_tests import ABSTRACT_TESTS, names_of

HERE = Path(__file__)


def names_here() -> set[str]:
    return {
        node.name
        for file in HERE.parent.glob("test_*.py")
        if file != HERE
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_the_classes_are_those_that_are_tested() -> None:
    assert set(CONFORMANCE) == set(ABSTRACT_TESTS)


def test_each_class_has_its_tests() -> None:
    missing = {
        declared: names_of(declared) - names_here()
        for declared in CONFORMANCE
        if names_of(declared) - names_here()
    }
    assert not missing


def test_each_test_belongs_to_a_class() -> None:
    assert names_here() == set().union(*map(names_of, CONFORMANCE))
