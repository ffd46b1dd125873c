"""What a user can set, call or run is in the docs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from gis_gov.cli.commands import make_app
from gis_gov.settings import Settings
from gis_gov.tiles.layers import LAYERS
from tests.contracts.openapi_document import made

ROOT = Path(__file__).resolve().parents[2]
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
