"""docs/security.md names the tests that show what it says; each of them is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", DOCUMENT)))
ROW = re.compile(r"^\|(?!---)(.+)\|$", re.MULTILINE)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_test_that_is_named_is_there(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    functions = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    if test:
        assert test in functions
    else:
        assert any(name.startswith("test_") for name in functions)


def test_every_item_is_met_or_says_that_it_is_not() -> None:
    duties = DOCUMENT.partition("## 等保二级")[2].partition("## Attacks")[0]
    rows = [[cell.strip() for cell in row.split("|")] for row in ROW.findall(duties)]
    assert len(rows) > 40
    for row in rows:
        assert len(row) == 4, row
        assert row[1] or row[3], row


@pytest.mark.parametrize("file", sorted((ROOT / "tests" / "attacks").glob("test_*.py")))
def test_attacks_are_all_told_of(file: Path) -> None:
    assert any(named == f"tests/attacks/{file.name}" for named, _ in NAMED)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_it_is_found(readme: str) -> None:
    assert "docs/security.md" in (ROOT / readme).read_text()
