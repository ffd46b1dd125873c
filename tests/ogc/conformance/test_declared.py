"""Every class that is declared has its tests, every test has its class, and each asserts."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from gis_gov.ogc.service import CONFORMANCE
from tests.ogc.conformance.abstract_tests import ABSTRACT_TESTS, names_of

HERE = Path(__file__)


def functions(files: Iterable[Path]) -> dict[str, ast.FunctionDef]:
    """Return the functions of modules by name, and the methods of their classes."""
    modules = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    classes = [node for each in modules for node in each.body if isinstance(node, ast.ClassDef)]
    return {
        node.name: node
        for each in (*classes, *modules)
        for node in each.body
        if isinstance(node, ast.FunctionDef)
    }


def found_here() -> dict[str, ast.FunctionDef]:
    files = (file for file in HERE.parent.glob("test_*.py") if file != HERE)
    found = functions(files)
    return {name: node for name, node in found.items() if name.startswith("test_")}


def asserts(node: ast.AST) -> bool:
    """Say whether a statement is an assertion that can fail, or what refuses as one does."""
    match node:
        case ast.Assert(test=test):
            return any(isinstance(each, ast.Name | ast.Call) for each in ast.walk(test))
        case ast.Call(func=ast.Attribute(attr="raises", value=ast.Name("pytest"))):
            return True
        case ast.Call(func=ast.Attribute(attr="validate", value=ast.Call())):
            return True  # of jsonschema: it raises
    return False


def called(node: ast.AST) -> set[str]:
    """Name what is called: functions, and methods of what is called `api` or `self`."""
    functions = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    found = set[str]()
    for each in functions:
        match each:
            case ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name("api" | "self")):
                found.add(name)
    return found


def checking(known: dict[str, ast.FunctionDef]) -> set[str]:
    """Name the functions that assert something, or call one that does."""
    found = {name for name, node in known.items() if any(map(asserts, ast.walk(node)))}
    while more := {name for name, node in known.items() if called(node) & found} - found:
        found |= more
    return found


def test_the_classes_are_those_that_are_tested() -> None:
    assert set(CONFORMANCE) == set(ABSTRACT_TESTS)


def test_each_class_has_its_tests() -> None:
    there = set(found_here())
    missing = {each: names_of(each) - there for each in CONFORMANCE if names_of(each) - there}
    assert not missing


def test_each_test_belongs_to_a_class() -> None:
    assert set(found_here()) == set().union(*map(names_of, CONFORMANCE))


def test_each_test_asserts_something() -> None:
    idle = set(found_here()) - checking(functions(HERE.parent.glob("*.py")))
    assert not idle


def test_no_test_is_skipped() -> None:
    marks = {"skip", "skipif", "xfail"}
    skipped = {
        name
        for name, node in found_here().items()
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and each.attr in marks
    }
    assert not skipped


@pytest.mark.parametrize(
    ("body", "is_checking"),
    [
        ("pass", False),
        ('"""It would be good."""', False),
        ("assert True", False),
        ("assert 1 < 2", False),
        ("told = ask()", False),
        ("api.get('/')", False),
        ("api.told('/')", True),  # it asserts that the answer is a success
        ("assert told", True),
        ("for each in told:\n        assert each == 1", True),
        ("compare(told)", True),
        ("twice(told)", True),
        ("with pytest.raises(ValueError):\n        ask()", True),
        ("Validator(schema).validate(told)", True),
    ],
)
def test_what_asserts_is_told_from_what_does_not(
    tmp_path: Path, body: str, *, is_checking: bool
) -> None:
    file = tmp_path / "module.py"
    others = (
        "def ask():\n    return 1\n"
        "def compare(told):\n    assert told == ask()\n"
        "def twice(told):\n    compare(told)\n"
        "class Api:\n    def get(self):\n        return 1\n"
        "    def told(self):\n        assert self.get() == 1\n"
    )
    file.write_text(f"{others}def test_it():\n    {body}\n", encoding="utf-8")
    assert ("test_it" in checking(functions([file]))) is is_checking
