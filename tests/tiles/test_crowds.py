"""Where very many things lie in a tile it gathers them, and none is lost or told twice."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator

import h3
import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.events.tables import EVENT_STATES
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key
from tests.tiles.district import SOUTH, WEST, write_world

pytestmark = pytest.mark.anyio

MANY, OPEN, REJECTED = 2_300, 40, 25
PLACE = (WEST + 0.005, SOUTH + 0.005)


@pytest.fixture(scope="module")
def crowded(postgis: TestServer) -> Iterator[str]:
    """The district with a crowd of events on one tile, of two departments."""
    with postgis.database() as url:
        write_world(url)
        tile = tile_at(*PLACE, 16)
        box = tile.bounds()
        random = np.random.default_rng(3)
        margin = (box.east - box.west) / 10
        points = np.round(
            random.uniform(
                (box.west + margin, box.south + margin),
                (box.east - margin, box.north - margin),
                (MANY, 2),
            ),
            7,
        )
        with psycopg.connect(url) as conn:
            conn.execute("delete from event")
            conn.cursor().executemany(
                "insert into event (code, reported_at, state, department, geom, cell)"
                " values (%s, '2026-03-01T08:00+08:00', %s, %s, st_point(%s, %s, 4490), %s)",
                [
                    (
                        f"E{n}",
                        "pending" if n < OPEN else "rejected" if n < OPEN + REJECTED else "closed",
                        "城管" if n % 3 else "消防",
                        lon,
                        lat,
                        h3.str_to_int(h3.latlng_to_cell(lat, lon, 12)),
                    )
                    for n, (lon, lat) in enumerate(points.tolist())
                ],
            )
        yield url


@pytest.fixture(scope="module")
async def site(crowded: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(tile_memory_mb=0).with_database(crowded))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app)) as opened,
    ):
        yield opened


async def features(
    site: httpx.AsyncClient, key: str, zoom: int, asked: dict[str, str]
) -> list[dict]:
    """What all tiles of a zoom over the crowd tell of events."""
    first, found = tile_at(*PLACE, 16), []
    scale = 2 ** (zoom - 16) if zoom > 16 else 1
    tiles = (
        [
            Tile(zoom, first.x * scale + i, first.y * scale + j)
            for i in range(scale)
            for j in range(scale)
        ]
        if zoom > 16
        else [tile_at(*PLACE, zoom)]
    )
    for tile in tiles:
        path = f"/tiles/events/{zoom}/{tile.x}/{tile.y}.mvt"
        answer = await site.get(path, params=asked, headers=bearer(key))
        assert answer.status_code in {200, 204}, answer.text
        if answer.content:
            found += mapbox_vector_tile.decode(answer.content)["events"]["features"]
    # What is told singly is in the margin of the next tile, too.
    single = {each["properties"]["code"]: each for each in found if "code" in each["properties"]}
    return [*single.values(), *(each for each in found if "code" not in each["properties"])]


@pytest.mark.parametrize("department", [None, "消防"])
@pytest.mark.parametrize("zoom", [12, 13, 14, 15, 16, 17])
async def test_a_crowd_of_closed_events_is_gathered_whoever_asks(
    crowded: str, site: httpx.AsyncClient, zoom: int, department: str | None
) -> None:
    seen = [n for n in range(MANY) if department is None or n % 3 == 0]
    key = make_key(
        crowded,
        "commander" if department is None else "department_officer",
        **({} if department is None else {"department": department}),
    )
    told = Counter[str]()
    singly = 0
    for feature in await features(site, key, zoom, {}):
        properties = feature["properties"]
        told[properties["state"]] += properties["count"]
        singly += "code" in properties
    assert told == Counter(
        {
            "pending": sum(n < OPEN for n in seen),
            "rejected": sum(OPEN <= n < OPEN + REJECTED for n in seen),
            "closed": sum(n >= OPEN + REJECTED for n in seen),
        }
    )
    # Two thousand are told singly, where so many or fewer lie in a tile.
    is_crowd = zoom < 16 or (zoom == 16 and department is None)
    assert singly == (told["pending"] if is_crowd else len(seen))


@pytest.mark.parametrize(
    ("zoom", "asked", "is_crowd"),
    [
        (14, {"filter": "state <> 'pending'"}, True),
        (16, {"filter": "state <> 'pending'"}, True),
        (16, {"state": "closed"}, True),
        (16, {"state": "rejected"}, False),
        (16, {"filter": "state = 'closed' AND code < 'E2'"}, False),
        (17, {"filter": "state <> 'pending'"}, False),
    ],
)
async def test_a_filtered_crowd_is_gathered_by_squares_and_adds_up(
    crowded: str,
    site: httpx.AsyncClient,
    zoom: int,
    asked: dict[str, str],
    is_crowd: bool,
) -> None:
    key = make_key(crowded, "commander")
    found = await features(site, key, zoom, asked)
    answer = await site.get("/collections/events/items", params=asked, headers=bearer(key))
    matched = answer.json()["numberMatched"]
    assert sum(feature["properties"]["count"] for feature in found) == matched
    if is_crowd:
        assert matched > 2_000
        for feature in found:
            told = feature["properties"]
            assert "code" not in told
            assert sum(told.get(state, 0) for state in EVENT_STATES) == told["count"]
        squares = {
            tuple(int(part) // 128 for part in feature["geometry"]["coordinates"])
            for feature in found
        }
        assert len(squares) == len(found)
    else:
        codes = [feature["properties"]["code"] for feature in found]
        assert len(codes) == matched
