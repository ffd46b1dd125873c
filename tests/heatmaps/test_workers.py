"""Workers as a heat map: those of whom one may know, where they were last, each once."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import h3
import httpx
import numpy as np
import pandas as pd
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.counting.granted import COMMUNITY, GRID, STREET, Grant, ask
from tests.counting.village import AREAS, SIDES, SOUTH, STEP, WEST, write_village
from tests.signed_in import client_of

SIDE = SIDES * STEP
PLACED = """
    select
        w.code, employed.code as employer, there.code as area, g.code as grid,
        st_x(p.geom) as lon, st_y(p.geom) as lat
    from worker as w
    inner join last_position as p on p.worker_id = w.id
    left join area as employed on employed.id = w.area_id
    left join area as there on there.id = p.area_id
    left join grid as g on g.id = p.grid_id
"""


@pytest.fixture(scope="module")
async def roaming(
    postgis: TestServer,
) -> AsyncIterator[tuple[str, httpx.AsyncClient, pd.DataFrame]]:
    """A village with workers all over it, some outside, some together, some never seen."""
    random = np.random.default_rng(4)
    points = random.uniform(
        (WEST - SIDE / 9, SOUTH - SIDE / 9), (WEST + SIDE * 1.1, SOUTH + SIDE * 1.1), (200, 2)
    )
    points = np.concatenate([points, np.repeat(points[:2], 5, axis=0)])
    with postgis.database() as url:
        write_village(url, 5)
        with psycopg.connect(url) as conn:
            for n, (lon, lat) in enumerate(points.tolist()):
                conn.execute(
                    "insert into worker (code, name, area_id) values"
                    " (%s, 'x', (select id from area where code = %s))",
                    [f"w{n}", str(random.choice(list(AREAS)))],
                )
                if n % 8 == 7:
                    continue
                conn.execute(
                    "insert into last_position (worker_id, device, time, geom, grid_id, area_id)"
                    " select w.id, 'd', now(), p.geom, f.grid_id, f.area_id"
                    " from worker as w, (select st_point(%s, %s, 4490)) as p (geom),"
                    " place_of(p.geom) as f where w.code = %s",
                    [lon, lat, f"w{n}"],
                )
            found = conn.execute(PLACED)
            names = [column.name for column in found.description or ()]
            placed = pd.DataFrame(found.fetchall(), columns=names)
        app = create_app(Settings().with_database(url))
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), client_of(transport) as client:
            yield url, client, placed


def counted(placed: pd.DataFrame, resolution: int) -> Counter[str]:
    points = placed[["lat", "lon"]].to_numpy().tolist()
    return Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution) for lat, lon in points
    )


@pytest.mark.parametrize(
    "grant", [Grant("commander"), Grant("supervisor", STREET), Grant("supervisor", COMMUNITY)],
    ids=str,
)  # fmt: skip
async def test_they_are_those_of_whom_one_may_know_where_they_are(
    roaming: tuple[str, httpx.AsyncClient, pd.DataFrame], grant: Grant
) -> None:
    url, client, placed = roaming
    headers = grant.key(url)
    # One's area has to hold who employs him, and where he is.
    for column in ("employer", "area"):
        placed = placed[placed[column].fillna("").str.startswith(grant.place)]
    asked: dict[str, Any] = {"layer": "workers", "f": "json"}
    for resolution in (5, 9, 12):
        told = await ask(client, "/heatmap", headers, **asked, resolution=resolution)
        assert told["cells"] == counted(placed, resolution)
        assert "threshold" not in told
    assert len(placed) > 1
    box = (WEST, SOUTH, WEST + SIDE / 2, float(placed["lat"].median()))
    told = await ask(
        client, "/heatmap", headers, **asked, resolution=10, bbox=",".join(map(repr, box))
    )
    inside = placed["lon"].between(box[0], box[2]) & placed["lat"].between(box[1], box[3])
    assert told["cells"] == counted(placed[inside], 10)
    told = await ask(client, "/heatmap", headers, **asked, resolution=9, filter="code LIKE 'w%1'")
    assert told["cells"] == counted(placed[placed["code"].str.endswith("1")], 9)


async def test_they_move_at_once(
    roaming: tuple[str, httpx.AsyncClient, pd.DataFrame],
) -> None:
    """Nothing is kept of where they are."""
    url, client, placed = roaming
    headers, code = Grant("commander").key(url), placed["code"].iloc[0]
    asked: dict[str, Any] = {"layer": "workers", "resolution": 9, "f": "json"}
    before = (await ask(client, "/heatmap", headers, **asked))["cells"]
    for shift in (0.5, -0.5):
        with psycopg.connect(url) as conn:
            conn.execute(
                "update last_position as p set geom = st_translate(p.geom, %s, 0) from worker as w"
                " where w.id = p.worker_id and w.code = %s",
                [shift, code],
            )
        now = (await ask(client, "/heatmap", headers, **asked))["cells"]
        assert (now != before) == (shift > 0)
        assert sum(now.values()) == sum(before.values())


@pytest.mark.parametrize(
    ("grant", "right"),
    [
        (Grant("screen"), "worker.read"),
        (Grant("analyst", STREET), "worker.read"),
        (Grant("grid_worker", GRID), "worker.read"),
        (Grant("registrar"), "track.read"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/heatmap", "/heatmap/hotspots", "/heatmap/10/1667/888.mvt"])
async def test_it_takes_the_right_to_follow_them(
    roaming: tuple[str, httpx.AsyncClient, pd.DataFrame], grant: Grant, right: str, path: str
) -> None:
    url, client, _ = roaming
    answer = await client.get(path, params={"layer": "workers"}, headers=grant.key(url))
    assert answer.status_code == 403
    assert answer.json()["right"] == right


async def test_they_have_no_time_of_their_own(
    roaming: tuple[str, httpx.AsyncClient, pd.DataFrame],
) -> None:
    """Where they were is what positions tell."""
    url, client, _ = roaming
    asked = {"layer": "workers", "datetime": "2026-01-01"}
    answer = await client.get("/heatmap", params=asked, headers=Grant("commander").key(url))
    assert answer.json()["type"] == "urn:gis-gov:problem:no-time"


async def test_each_look_is_on_record(
    roaming: tuple[str, httpx.AsyncClient, pd.DataFrame],
) -> None:
    url, client, _ = roaming
    headers = Grant("commander").key(url)
    await ask(client, "/heatmap", headers, layer="workers", resolution=7)
    with psycopg.connect(url) as conn:
        found = conn.execute(
            "select count(*) from audit where action = 'heatmap.read' and object_kind = 'workers'"
        ).fetchone()
    assert found
    assert found[0] > 0
