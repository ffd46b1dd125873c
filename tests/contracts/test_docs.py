"""What a user can set, call or run is in the docs, and the guide's examples run as they stand."""

import asyncio
import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main

from gis_gov.cli.commands import make_app
from gis_gov.settings import Settings
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


def curls() -> list[list[str]]:
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)).replace("\\\n", " ")
    lines = [line.strip() for line in shell.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("curl ")]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"GIS_GOV_{name.upper()}" in DOCS
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert command in DOCS


@pytest.mark.parametrize("path", PATHS)
def test_every_route_is_in_the_guide(path: str) -> None:
    assert re.search(rf"(GET|POST) {re.escape(path)}`|8000{re.escape(path)}[?']", GUIDE)


@pytest.mark.anyio
@pytest.mark.parametrize("arguments", curls(), ids=lambda arguments: arguments[2])
async def test_the_guide_s_examples_run(client: httpx.AsyncClient, arguments: list[str]) -> None:
    url = next(each for each in arguments if each.startswith("http"))
    headers = dict(
        arguments[n + 1].split(": ", 1) for n, each in enumerate(arguments) if each == "-H"
    )
    body = {"-d": None, "--data-binary": "name,lon,lat\n海上,123.32,29.86\n"}
    content = next(
        (body[each] or arguments[n + 1] for n, each in enumerate(arguments) if each in body), None
    )
    for _ in range(200):
        if (await client.get("/readyz")).status_code != 503:
            break
        await asyncio.sleep(0.05)
    answer = await client.request(
        "POST" if content else "GET",
        url.removeprefix("http://127.0.0.1:8000"),
        headers=headers,
        content=content,
    )
    swapped, within = "lat=123" in url, "within=" in url
    assert answer.status_code in ({400} if swapped else {404} if within else {200, 204})
