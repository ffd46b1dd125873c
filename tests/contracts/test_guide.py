"""The API guide's examples run as they stand, over the small sample, and answer what is told."""

import itertools
import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.signed_in import client_of, every_right

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"```sh\n(.*?)```(?:\s*```(json|csv)\n(.*?)```)?", re.DOTALL)
PROBLEM = {"/nearby?lon=29.8592&lat=123.3004": 400}

pytestmark = pytest.mark.anyio


def commands(shell: str) -> list[str]:
    lines = re.sub(r"\\?\n  +", " ", shell).strip().splitlines()
    return [line for line in lines if "curl " in line]


def examples() -> list[Any]:
    """List each curl of the guide that asks, with what is told of the first of its block."""
    found = []
    for shell, kind, told in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        for at, line in enumerate(commands(shell)):
            if " -X " not in line:
                expected = (kind, told) if at == 0 and kind else None
                found.append(pytest.param(line, expected, id=line.split("8000")[1].split("'")[0]))
    return found


@pytest.fixture(scope="module")
async def site(sample_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(live_stream_s=0.2).with_database(sample_url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(sample_url)) as client,
    ):
        await state_of(app).places.wait(30)
        yield client


async def test_the_examples_that_write_run_one_after_the_other(site: httpx.AsyncClient) -> None:
    """They leave the sample as it was."""
    text = GUIDE.read_text(encoding="utf-8")
    writing = [
        line for shell, *_ in BLOCK.findall(text) for line in commands(shell) if " -X " in line
    ]
    assert writing
    for line in writing:
        words = shlex.split(line)
        options = dict(itertools.pairwise(words))
        url = next(each for each in words if each.startswith("http"))
        headers = dict([options["-H"].split(": ", 1)]) if "-H" in options else {}
        answer = await site.request(
            options["-X"],
            url.removeprefix("http://127.0.0.1:8000"),
            headers=headers,
            content=options.get("-d"),
        )
        assert answer.is_success, answer.text


def output_of(command: str) -> bytes:
    return subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout


@pytest.mark.parametrize(("line", "expected"), examples())
async def test_an_example_runs_and_answers_what_is_told(
    site: httpx.AsyncClient, line: str, expected: tuple[str, str] | None
) -> None:
    printed, _, command = line.rpartition("|")
    words = shlex.split(command)
    url = next(each for each in words if each.startswith("http"))
    path = url.removeprefix("http://127.0.0.1:8000")
    options = dict(itertools.pairwise(words))
    body = output_of(printed) if printed else options.get("-d")
    headers = dict([options["-H"].split(": ", 1)]) if "-H" in options else {}
    answer = await site.request("POST" if body else "GET", path, headers=headers, content=body)
    assert answer.status_code == PROBLEM.get(path, 200)
    assert answer.content
    if expected and expected[0] == "csv":
        assert answer.text.splitlines() == expected[1].strip().splitlines()
    elif expected:
        assert_told(json.loads(expected[1]), answer.json())


def assert_told(told: Any, found: Any) -> None:
    """Compare an answer with what the guide tells, which may leave members out by an ellipsis."""
    if isinstance(told, dict):
        named = {name: value for name, value in told.items() if name != "…"}
        assert named.keys() <= found.keys() if "…" in told else named.keys() == found.keys()
        for name, value in named.items():
            assert_told(value, found[name])
    elif isinstance(told, list):
        assert len(told) == len(found)
        for one, other in zip(told, found, strict=True):
            assert_told(one, other)
    else:
        assert told == found
