"""The style as each role is served it is valid by MapLibre's own validator."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from gis_gov.access.permissions import Permission
from gis_gov.access.roles import ROLES
from gis_gov.app import create_app
from tests.missing import skip_without
from tests.node_packages import program
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import World

pytestmark = pytest.mark.anyio

DASHBOARD: Final = Path(__file__).parents[2] / "gis_gov" / "dashboard"
VALIDATE: Final = """
    import { readFileSync } from "node:fs";
    import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
    const style = JSON.parse(readFileSync(0, "utf-8"));
    console.log(JSON.stringify(validateStyleMin(style).map((error) => error.message)));
"""
READERS: Final = [name for name, role in ROLES.items() if Permission.MAP_READ in role.permissions]


@pytest.fixture
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(world.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        yield opened


def errors_of(style: dict[str, Any]) -> list[str]:
    node = program("node")
    if node is None or not (DASHBOARD / "node_modules").is_dir():
        skip_without("the packages of the page are not installed")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", VALIDATE],
        cwd=DASHBOARD,
        input=json.dumps(style),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


async def test_each_role_is_served_a_valid_style(world: World, site: httpx.AsyncClient) -> None:
    counts = set()
    for role in READERS:
        answer = await site.get("/style.json", headers=bearer(make_key(world.url, role)))
        assert answer.status_code == 200, answer.text
        style = answer.json()
        assert errors_of(style) == [], role
        assert "{base}" not in answer.text
        drawn = {each["source"] for each in style["layers"] if "source" in each}
        assert drawn == set(style["sources"]), role
        for name, source in style["sources"].items():
            told = await site.get(source["url"], headers=bearer(make_key(world.url, role)))
            assert told.status_code == 200, (role, name)
            has = {layer["id"] for layer in told.json()["vector_layers"]}
            asked = {each["source-layer"] for each in style["layers"] if each.get("source") == name}
            assert asked <= has, (role, name)
        counts.add(len(style["layers"]))
    assert len(counts) > 1  # not all see the same


async def test_it_is_found_what_is_wrong(world: World, site: httpx.AsyncClient) -> None:
    style = (await site.get("/style.json", headers=bearer(make_key(world.url, "commander")))).json()
    del style["sources"]["ground"]
    assert errors_of(style)
