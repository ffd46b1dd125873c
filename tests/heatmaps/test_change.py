"""What has changed between two periods, against the things counted one by one."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import h3
import httpx
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from gis_gov.app import create_app
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from gis_gov.heatmaps.change_schemas import HeatmapChange, HeatmapChangeCells
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.counting.granted import Grant, ask
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.counting.village import Village, write_village
from tests.heatmaps.figure_tiles import over_all_tiles
from tests.heatmaps.test_heatmap import counted, things_of
from tests.signed_in import client_of

AFTER, BEFORE = "2026-03-02", "2026-03-01"


@pytest.mark.parametrize("layer", ["events", "positions"])
@pytest.mark.parametrize("half", [False, True])
async def test_both_counts_their_difference_and_ratio(
    client: httpx.AsyncClient, world: World, layer: str, half: bool
) -> None:
    things = things_of(world, layer)
    asked: dict[str, str | int] = {
        "layer": layer,
        "resolution": 8,
        "datetime": AFTER,
        "before": BEFORE,
    }
    if half:
        east = WEST + SIDE / 2
        things = things[things["lon"] <= east]
        asked["bbox"] = f"{WEST - SIDE},{SOUTH - SIDE},{east},{SOUTH + 2 * SIDE}"
    days = things["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    later, earlier = (counted(things[days == day], 8) for day in (AFTER, BEFORE))
    answer = await client.get("/heatmap/change", params={**asked, "f": "json"})
    assert answer.status_code == 200, answer.text
    found = HeatmapChangeCells(**answer.json())
    assert [each.cell for each in found.cells] == sorted({*later, *earlier})
    for each in found.cells:
        now, was = later[each.cell], earlier[each.cell]
        assert (each.count, each.before, each.difference) == (now, was, now - was)
        assert each.ratio == (pytest.approx(now / was, abs=1e-4) if was else None)
    assert any(each.ratio is None for each in found.cells)
    assert sum(each.count + each.before for each in found.cells) == len(things)
    drawn = HeatmapChange(**(await client.get("/heatmap/change", params=asked)).json())
    assert [each.properties for each in drawn.features] == found.cells


async def test_a_resolution_that_fits_both_is_chosen(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/heatmap/change", params={"layer": "events", "datetime": AFTER, "before": BEFORE}
    )
    assert HeatmapChange(**answer.json()).resolution == 10


@pytest.mark.parametrize(
    ("asked", "slug", "says"),
    [
        ({"layer": "events", "before": BEFORE}, "invalid-request", "query.datetime"),
        ({"layer": "events", "datetime": AFTER}, "invalid-request", "query.before"),
        ({"layer": "events", "datetime": AFTER, "before": "then"}, "invalid-request", "before"),
        ({"layer": "persons", "datetime": AFTER, "before": BEFORE}, "no-time", "events"),
        (
            {"layer": "events", "datetime": AFTER, "before": BEFORE, "weight": "floors"},
            "not-listed",
            "level",
        ),
    ],
    ids=str,
)
async def test_wrong_questions_are_problems(
    client: httpx.AsyncClient, asked: dict[str, str], slug: str, says: str
) -> None:
    answer = await client.get("/heatmap/change", params=asked)
    assert answer.status_code == 400
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert says in answer.json()["detail"]


async def test_few_may_compare_single_events(asking: httpx.AsyncClient, village: Village) -> None:
    """Two periods that differ by a minute would tell of one event: so the events must be open."""
    asked = {"layer": "events", "datetime": AFTER, "before": BEFORE}
    headers = Grant("weather_officer").key(village.url)
    assert (await asking.get("/heatmap/change", params=asked, headers=headers)).status_code == 403


LEVELS = ("grid", "community", "street", "district")


@pytest.fixture(scope="module")
async def levelled(postgis: TestServer) -> AsyncIterator[tuple[httpx.AsyncClient, pd.DataFrame]]:
    """A village whose events have levels, some none, and a client that may know all of it."""
    with postgis.database() as url:
        events = write_village(url, 5).things.query("layer == 'events'")
        with psycopg.connect(url) as conn:
            conn.execute("update event set level = (%s::text[])[1 + id %% 5]", [[*LEVELS, None]])
            found = conn.execute("select reported_at, level from event").fetchall()
        levels = dict(found)
        assert len(levels) == len(events)
        ranks = {level: rank for rank, level in enumerate(LEVELS, 1)}
        weights = [ranks.get(levels[time.to_pydatetime()], 0) for time in events["time"]]
        app = create_app(Settings().with_database(url))
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), client_of(transport) as client:
            client.headers.update(Grant("commander").key(url))
            yield client, events.assign(weight=weights)


async def test_of_a_weight_the_sums_are_compared(
    levelled: tuple[httpx.AsyncClient, pd.DataFrame],
) -> None:
    client, events = levelled
    events = events[events["lon"].notna()]
    cells = [
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), 8)
        for lat, lon in events[["lat", "lon"]].to_numpy().tolist()
    ]
    months = events["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m")
    sums = events.groupby([months.to_numpy(), cells])["weight"].sum()
    later, earlier = sums["2026-02"].to_dict(), sums["2026-01"].to_dict()
    asked = {
        "layer": "events", "resolution": 8, "weight": "level",
        "datetime": "2026-02-01/2026-02-28", "before": "2026-01-01/2026-01-31",
    }  # fmt: skip
    told = await ask(client, "/heatmap/change", {}, **asked, f="json")
    found = HeatmapChangeCells(**told)
    assert {each.cell for each in found.cells} == {*later, *earlier}
    for each in found.cells:
        now, was = later.get(each.cell, 0), earlier.get(each.cell, 0)
        assert (each.weight, each.weight_before) == (now, was)
        assert each.weight_difference == now - was
        assert each.weight_ratio == (pytest.approx(now / was, abs=1e-4) if was else None)
    assert {True, False} <= {bool(each.weight_difference) for each in found.cells}
    drawn = await ask(client, "/heatmap/change", {}, **asked)
    assert [each["properties"] for each in drawn["features"]] == told["cells"]
    table = await client.get("/heatmap/change", params={**asked, "f": "arrow"})
    assert [
        {**row, "cell": f"{row['cell']:x}"}
        for row in pa.ipc.open_stream(table.content).read_all().to_pylist()
    ] == told["cells"]


async def test_arrow_has_the_same_figures(client: httpx.AsyncClient) -> None:
    asked = {"layer": "events", "resolution": "8", "datetime": AFTER, "before": BEFORE}
    told = (await client.get("/heatmap/change", params={**asked, "f": "json"})).json()
    answer = await client.get("/heatmap/change", params={**asked, "f": "arrow"})
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.schema.metadata == {b"resolution": b"8"}
    assert table.schema.field("cell").type == pa.uint64()
    assert {table.schema.field(name).type for name in ("count", "before", "difference")} == {
        pa.int64()
    }
    rows = [{**row, "cell": f"{row['cell']:x}"} for row in table.to_pylist()]
    assert rows == told["cells"] != []


@pytest.mark.parametrize(("tile_in", "zoom"), [(tile_at, 12), (geodetic_tile_at, 11)])
async def test_over_all_tiles_they_are_the_same_hexagons(
    client: httpx.AsyncClient, tile_in: Callable[[float, float, int], AnyTile], zoom: int
) -> None:
    """Each is told as a whole by each tile that it meets; a tile is known again by its ETag."""
    asked: dict[str, Any] = {
        "layer": "events", "resolution": 8, "datetime": AFTER, "before": BEFORE, "weight": "level",
    }  # fmt: skip
    told = (await client.get("/heatmap/change", params={**asked, "f": "json"})).json()["cells"]
    wanted = {
        each["cell"]: {name: value for name, value in each.items() if value is not None}
        for each in told
    }
    found = await over_all_tiles(client, "/heatmap/change", tile_in, zoom, asked)
    places = {cell: h3.cell_to_latlng(cell) for cell in wanted}
    # What some reported far off has its own tiles.
    near = {
        cell: told
        for cell, told in wanted.items()
        if WEST <= places[cell][1] <= WEST + SIDE and SOUTH <= places[cell][0] <= SOUTH + SIDE
    }
    assert near
    assert {cell: found[cell] for cell in near} == near
    assert {cell: wanted[cell] for cell in found} == found
