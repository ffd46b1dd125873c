"""What a user can set, call or run is in the docs, and the docs are whole."""

import itertools
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer.main

from gis_gov.cli.commands import make_app
from gis_gov.settings import Settings
from gis_gov.tiles.layers import LAYERS
from tests.contracts.openapi_document import made

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
OF_FIGURES = {
    "decisions.md",
    "performance.md",
    "performance-parts.md",
    "performance-patrols.md",
    "real-data.md",
}
"""In whose tables what is measured stands first, not a name."""
GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
DOCS = "\n".join(file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("docs/*.md")))

PATHS = [*json.loads(made())["paths"], "/openapi.json", "/", "/docs"]


def below(command: Any, path: str) -> list[str]:
    """List a command, or the commands of a group."""
    inside = getattr(command, "commands", {})
    if not inside:
        return [path]
    return [found for name in inside for found in below(inside[name], f"{path} {name}")]


COMMANDS = below(typer.main.get_command(make_app()), "gis-gov")


def prose(file: Path) -> list[str]:
    """List the lines of a document; those of its examples are empty."""
    text = file.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```", _emptied, text, flags=re.MULTILINE | re.DOTALL).splitlines()


def _emptied(example: re.Match[str]) -> str:
    return "\n" * example[0].count("\n")


def tables(lines: list[str]) -> list[list[str]]:
    """List the first cells of each table below its head."""
    runs = itertools.groupby(lines, key=lambda line: line.startswith("|"))
    return [[row.split(" | ")[0] for row in list(run)[2:]] for is_table, run in runs if is_table]


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.name not in OF_FIGURES], ids=lambda file: file.name
)
def test_no_table_has_a_row_twice(file: Path) -> None:
    for cells in tables(prose(file)):
        named = [cell for cell in cells if cell.strip("| ")]
        assert not [cell for cell, count in Counter(named).items() if count > 1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_headings_stand_free(file: Path) -> None:
    lines = ["", *prose(file), ""]
    around = zip(lines, lines[1:], lines[2:], strict=False)
    glued = [line for before, line, after in around if line.startswith("#") and (before or after)]
    assert not glued


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"GIS_GOV_{name.upper()}" in DOCS
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert command in DOCS


@pytest.mark.parametrize("path", PATHS)
def test_every_route_is_in_the_guide(path: str) -> None:
    assert re.search(
        rf"(GET|POST|PUT|PATCH|DELETE) {re.escape(path)}`|8000{re.escape(path)}[?']", GUIDE
    )


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_in_the_guide(name: str) -> None:
    listed = re.search(r"^The layers are ([^.]*)\.", GUIDE, re.MULTILINE)
    assert listed
    assert name in re.split(r",\s|\sand\s", listed[1])
