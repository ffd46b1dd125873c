"""The TileJSON of a heat map: its tiles are those of the same question."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.counting.granted import Grant
from tests.counting.village import Village

ASKED = {"layer": "persons", "resolution": "8", "filter": "sex = 'male'"}


@pytest.mark.parametrize("role", ["commander", "supervisor"])
async def test_the_tiles_are_asked_as_it_is(
    asking: httpx.AsyncClient, village: Village, role: str
) -> None:
    headers = Grant(role).key(village.url)
    answer = await asking.get("/heatmap/tiles.json", params=ASKED, headers=headers)
    told = answer.json()
    assert answer.status_code == 200, told
    (address,) = told["tiles"]
    assert urlsplit(address).path == "/heatmap/{z}/{x}/{y}.mvt"
    assert parse_qs(urlsplit(address).query) == {name: [text] for name, text in ASKED.items()}
    assert [layer["id"] for layer in told["vector_layers"]] == ["heatmap"]


async def test_what_the_tiles_refuse_it_refuses(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("screen").key(village.url)
    for asked, status in (
        ({"layer": "positions"}, 403),
        ({"layer": "persons", "filter": "sex = 'male'"}, 403),
        ({"layer": "persons", "datetime": "2026-01-01/.."}, 400),
        ({"layer": "nothing"}, 400),
        ({"layer": "persons", "resolution": "99"}, 400),
    ):
        for path in ("/heatmap/tiles.json", "/heatmap/12/3337/1780.mvt"):
            answer = await asking.get(path, params=asked, headers=headers)
            assert answer.status_code == status, (path, asked, answer.text)


async def test_the_style_draws_it_for_those_who_may_count(
    asking: httpx.AsyncClient, village: Village
) -> None:
    for role, shown in (("commander", True), ("auditor", False)):
        answer = await asking.get("/style.json", headers=Grant(role).key(village.url))
        if answer.status_code != 200:
            assert not shown
            continue
        style = answer.json()
        assert ("heat" in style["sources"]) is shown
        assert ("heat" in [layer["id"] for layer in style["layers"]]) is shown
