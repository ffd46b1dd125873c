"""Tiles of what a filter picks draw nothing that the list by the same filter does not tell."""

import httpx
import pytest

from gis_gov.geo.tile import tile_at
from tests.accounts.people import Town, slug
from tests.attacks.attacking import (
    OWN_POINT,
    VICTIM,
    VICTIM_NAME,
    VICTIM_POINT,
    attacker,
    commander,
    recorded,
)
from tests.attacks.filtering import LAT, LON, MASKED
from tests.attacks.injecting import PAYLOADS
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "text",
    [
        f"code = '{VICTIM}'",
        f"code <> '{VICTIM}' OR TRUE",
        f"name LIKE '{VICTIM_NAME[0]}%'",
        f"S_INTERSECTS(geometry, POINT({LON} {LAT}))",
        f"area_code = '{WEST}'",
    ],
)
async def test_no_filtered_tile_draws_the_neighbour(town: Town, text: str) -> None:
    for zoom in range(0, 23, 2):
        at = tile_at(*VICTIM_POINT, zoom)
        path = f"/tiles/persons/{zoom}/{at.x}/{at.y}.mvt"
        seen = await commander(town).get(path, params={"filter": text})
        assert seen.status_code == 200, seen.text
        answer = await attacker(town).get(path, params={"filter": text})
        if tile_at(*OWN_POINT, zoom) != at or "<>" not in text:
            assert (answer.status_code, answer.content) == (204, b""), zoom
    result, _, _, detail = recorded(town, "tile.read")[0]
    assert (result, detail) == ("ok", {"parameters": ["filter"]})


@pytest.mark.parametrize("name", MASKED)
async def test_a_masked_property_is_nothing_to_draw_by(town: Town, name: str) -> None:
    """Neither by a filter nor by its name, nor in the TileJSON that would send it along."""
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    at = tile_at(*OWN_POINT, 16)
    for path in (
        f"/tiles/persons/16/{at.x}/{at.y}.mvt",
        f"/tiles/WebMercatorQuad/16/{at.y}/{at.x}?collections=persons",
        f"/collections/persons/tiles/WebMercatorQuad/16/{at.y}/{at.x}",
        "/tiles/persons.json",
    ):
        for text in (MASKED[name], f"NOT ({MASKED[name]})", f"{name} IS NULL"):
            answer = await client.get(httpx.URL(path).copy_merge_params({"filter": text}))
            assert (answer.status_code, slug(answer)) == (403, "not-allowed"), path


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_payload_in_a_tile_s_parameters_is_a_value(town: Town, payload: str) -> None:
    at = tile_at(*OWN_POINT, 16)
    path = f"/tiles/persons/16/{at.x}/{at.y}.mvt"
    quoted = payload.replace("'", "''")
    for asked in ({"code": payload}, {"filter": f"code = '{quoted}'"}, {"filter": payload}):
        answer = await attacker(town).get(path, params=asked)
        assert answer.status_code in {204, 400}, answer.text
    answer = await attacker(town).get(path, params={payload or "x": "1"})
    assert answer.status_code == 400
