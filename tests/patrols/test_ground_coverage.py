"""How much of the ground was walked in a month: by grid, corrected by late fixes, and for whom."""

from datetime import timedelta
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from shapely.geometry import shape

from gis_gov.geo.cells import to_hex
from gis_gov.geo.cells_in import cells_in
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.walked import RESOLUTION, walked_cells
from tests.accounts.people import slug
from tests.patrols.test_patrols import MORNING, YESTERDAY, listed, tell, walk
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

MONTH = f"{YESTERDAY:%Y-%m}"
GRID = f"{EAST}101"
SMALLER = """
    update grid set geom = st_multi(st_makeenvelope(113.105, 22.045, 113.115, 22.055, 4490))
    where id = 1;
    update area set geom = st_multi(st_makeenvelope(113.10, 22.04, 113.12, 22.06, 4490))
    where id = 2;
    update grid set geom = st_multi(st_makeenvelope(113.045, 22.045, 113.055, 22.055, 4490))
    where id = 2;
    update area set geom = st_multi(st_makeenvelope(113.04, 22.04, 113.06, 22.06, 4490))
    where id = 3;
"""


@pytest.fixture
def people_url(people_url: str) -> str:
    with psycopg.connect(people_url) as conn:
        conn.execute(SMALLER)
    return people_url


async def told(client: httpx.AsyncClient, within: str = EAST, month: str = MONTH) -> Any:
    answer = await client.get("/coverage", params={"within": within, "month": month})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def drawn(client: httpx.AsyncClient, walked: str, within: str = EAST) -> list[Any]:
    asked = {"within": within, "month": MONTH, "walked": walked}
    answer = await client.get("/coverage/cells", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()["features"]


def way(*walks: list[Any]) -> set[str]:
    """The cells in the grid that fixes lead through."""
    found: set[str] = set()
    square = shapely.box(113.105, 22.045, 113.115, 22.055)
    inside = set(cells_in(square, RESOLUTION).tolist())
    for fixes in walks:
        lon, lat = (np.array([each[name] for each in fixes]) for name in ("lon", "lat"))
        time_s = np.arange(0.0, 10.0 * len(fixes), 10.0)
        cells = walked_cells(Fixes(time_s, lon, lat, np.full(len(fixes), np.nan)))
        found |= set(to_hex(inside & set(cells.tolist())))
    return found


async def test_by_grid_and_cell_by_cell(signed_in: Client) -> None:
    client, fixes = await signed_in("commander"), walk(MORNING, 700)
    await tell(await signed_in("gateway"), fixes)
    await listed(client, worker="W1")
    answer = await told(client)
    assert answer["cells"] == pytest.approx((1030 * 1107) / 2150, rel=0.1)
    assert answer["walked"] == len(way(fixes)) > 10
    assert answer["share"] == pytest.approx(answer["walked"] / answer["cells"], abs=1e-4)
    (grid,) = answer["grids"]
    assert (grid["code"], grid["area"], grid["walked"]) == (GRID, EAST, answer["walked"])
    assert (await told(client, GRID))["walked"] == answer["walked"]
    seen, unseen = await drawn(client, "true"), await drawn(client, "false")
    assert {each["id"] for each in seen} == way(fixes)
    assert len(seen) + len(unseen) == answer["cells"]
    assert {each["properties"]["days"] for each in unseen} == {0}
    assert not {each["id"] for each in seen} & {each["id"] for each in unseen}
    line = shapely.LineString([(each["lon"], each["lat"]) for each in fixes])
    assert all(shape(each["geometry"]).distance(line) < 1e-4 for each in seen)
    before = (YESTERDAY.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    assert (await told(client, month=before))["walked"] == 0


async def test_late_removed_and_rejected_fixes_correct_it(
    signed_in: Client, people_url: str
) -> None:
    gateway, client = await signed_in("gateway"), await signed_in("commander")
    first, second = walk(MORNING, 300), walk(MORNING + timedelta(hours=2), 300, lon=113.108)
    await tell(gateway, second)
    await listed(client, worker="W1")
    assert (await told(client))["walked"] == len(way(second))
    await tell(gateway, first)
    await listed(client, worker="W1")
    assert (await told(client))["walked"] == len(way(first, second))
    # A second worker on the same way.
    await tell(gateway, first, "W2")
    await listed(client, worker="W2")
    assert (await told(client))["walked"] == len(way(first, second))
    days = {each["id"]: each["properties"]["days"] for each in await drawn(client, "true")}
    assert {days[cell] for cell in way(first) - way(second)} == {2}
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from position where worker_id = 2")
        conn.execute(
            "update position set accuracy_m = 5000 where time < %s", [MORNING + timedelta(hours=1)]
        )
    for worker in ("W1", "W2"):
        await listed(client, worker=worker)
    assert (await told(client))["walked"] == len(way(second))
    with psycopg.connect(people_url) as conn:
        kept = conn.execute("select worker_id from walked_day").fetchall()
        assert kept == [(1,)]
        conn.execute("truncate position")
    assert (await told(client))["walked"] == 0


async def test_the_counts_are_those_of_the_days(signed_in: Client, people_url: str) -> None:
    gateway, client = await signed_in("gateway"), await signed_in("commander")
    for day in range(3):
        for worker in ("W1", "W2"):
            fixes = walk(MORNING - timedelta(days=day), 200 + 50 * day, seed=day)
            await tell(gateway, fixes, worker)
    for worker in ("W1", "W2"):
        await listed(client, worker=worker)
    unlike = """
        select count(*) from (
            select date_trunc('month', w.day)::date as month, c.cell, count(*) as days
            from walked_day as w cross join unnest(w.cells) as c (cell) group by 1, 2
        ) as d full join walked_cell as k using (month, cell)
        where d.days is distinct from k.days
    """
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select count(*) from walked_day").fetchone() == (6,)
        assert conn.execute(unlike).fetchone() == (0,)
        conn.execute("update walked_day set day = day - 40, cells = cells[3:] where worker_id = 1")
        assert conn.execute(unlike).fetchone() == (0,)
        conn.execute("delete from walked_day where worker_id = 2")
        assert conn.execute(unlike).fetchone() == (0,)
        assert conn.execute("select from walked_cell").rowcount > 0
        conn.execute("delete from walked_day")
        assert conn.execute("select from walked_cell").rowcount == 0


async def test_statistics_of_areas_by_month_have_it(signed_in: Client) -> None:
    gateway, client = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, walk(MORNING, 500))
    await tell(gateway, walk(MORNING, 300), "W2")  # who is employed in the west
    for worker in ("W1", "W2"):
        await listed(client, worker=worker)
    asked = {"by": "community", "period": "month"}
    rows = (await client.get("/patrols/statistics", params=asked)).json()["rows"]
    shares = {(row["code"], row["begins"]): row["coverage"] for row in rows}
    wanted = {each: (await told(client, each))["share"] for each in (EAST, WEST)}
    assert wanted[EAST] > wanted[WEST] == 0
    assert shares == {(code, f"{MONTH}-01"): pytest.approx(wanted[code]) for code in wanted}
    east = await signed_in("supervisor", area=EAST)
    rows = (await east.get("/patrols/statistics", params=asked)).json()["rows"]
    assert [row["coverage"] for row in rows] == [pytest.approx(wanted[EAST])]
    # In a district of which one may know a part, nothing is told of the whole.
    rows = (await east.get("/patrols/statistics", params=asked | {"by": "district"})).json()["rows"]
    assert [row["coverage"] for row in rows] == [None]
    for asked in ({"by": "all"}, {"by": "community", "period": "all"}, {"period": "all"}):
        rows = (await client.get("/patrols/statistics", params=asked)).json()["rows"]
        assert {row["coverage"] for row in rows} == {None}


def squares(*wests: float) -> set[str]:
    """The cells of the grids that begin so far in the east."""
    found: set[str] = set()
    for west in wests:
        square = shapely.box(west, 22.045, west + 0.01, 22.055)
        found |= set(to_hex(cells_in(square, RESOLUTION).tolist()))
    return found


async def statistics(client: httpx.AsyncClient, by: str, period: str) -> dict[Any, Any]:
    """The coverage of each row."""
    answer = await client.get("/patrols/statistics", params={"by": by, "period": period})
    assert answer.status_code == 200, answer.text
    return {(row["code"], row["begins"]): row["coverage"] for row in answer.json()["rows"]}


@pytest.mark.parametrize("period", ["day", "week", "month", "year"])
async def test_statistics_have_it_for_each_period(signed_in: Client, period: str) -> None:
    """By grid and area of what anybody walked, by worker of his own grids and what he walked."""
    gateway, client = await signed_in("gateway"), await signed_in("commander")
    # Ten days apart, so in other weeks; together in a month or not, as the day is.
    days = [MORNING, MORNING - timedelta(days=10)]
    told_by = {
        "W1": [walk(days[0], 500), walk(days[1], 300, lon=113.107)],
        "W2": [walk(days[0] + timedelta(hours=1), 400, lon=113.1055)],
    }
    for worker, walks in told_by.items():
        await tell(gateway, [fix for fixes in walks for fix in fixes], worker)
        await listed(client, worker=worker)
    begin = {
        "day": lambda day: day,
        "week": lambda day: day - timedelta(days=day.weekday()),
        "month": lambda day: day.replace(day=1),
        "year": lambda day: day.replace(month=1, day=1),
    }[period]
    first, second = (begin(day.date()).isoformat() for day in days)
    cells = squares(113.105)
    east = {first: way(told_by["W1"][0], *told_by["W2"]), second: set[str]()}
    own = {first: way(told_by["W1"][0]), second: set[str]()}
    for found in (east, own):
        found[second] = found[second] | way(told_by["W1"][1])
        if first == second:
            found[first] = found[first] | way(told_by["W1"][0])
    if first == second:
        east[first] |= way(*told_by["W2"])
    by_anybody = {
        key: pytest.approx(len(found) / len(cells), abs=1e-4) for key, found in east.items()
    }
    by_grid = await statistics(client, "grid", period)
    assert {key: by_grid[GRID, key] for key in by_anybody} == by_anybody
    by_area = await statistics(client, "community", period)
    assert {key: by_area[EAST, key] for key in by_anybody} == by_anybody
    by_worker = await statistics(client, "worker", period)
    assert {key: by_worker["W1", key] for key in own} == {
        key: pytest.approx(len(found) / len(cells), abs=1e-4) for key, found in own.items()
    }
    assert by_worker["W2", first] == 0  # his grid is in the west
    assert any(by_grid[GRID, key] > by_worker["W1", key] for key in own)


async def test_a_worker_s_is_of_the_grids_that_were_his(signed_in: Client, people_url: str) -> None:
    gateway, client = await signed_in("gateway"), await signed_in("commander")
    fixes = walk(MORNING, 500)
    await tell(gateway, fixes)
    await listed(client, worker="W1")
    key = ("W1", MORNING.date().isoformat())
    walked, east, both = len(way(fixes)), len(squares(113.105)), len(squares(113.105, 113.045))
    put = (
        "insert into grid_worker (grid_id, worker_id, role, valid_from, valid_to)"
        " values (2, 1, 'worker', %s, %s)"
    )
    yesterday = MORNING.date()
    with psycopg.connect(people_url) as conn:
        conn.execute(put, ["2020-01-01", yesterday - timedelta(days=1)])
    assert (await statistics(client, "worker", "day"))[key] == pytest.approx(
        walked / east, abs=1e-4
    )
    with psycopg.connect(people_url) as conn:
        conn.execute(put, [yesterday, yesterday])
    assert (await statistics(client, "worker", "day"))[key] == pytest.approx(
        walked / both, abs=1e-4
    )
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from grid_worker where worker_id = 1")
    assert (await statistics(client, "worker", "day"))[key] is None


async def test_of_grids_it_is_told_to_who_may_follow_workers_there(
    signed_in: Client, people_url: str
) -> None:
    gateway = await signed_in("gateway")
    await tell(gateway, walk(MORNING, 700, lon=113.11))
    await listed(await signed_in("commander"), worker="W1")
    with psycopg.connect(people_url) as conn:
        # Who went is told to the west, too; how much of the east was walked is not.
        conn.execute("update patrol set area_id = 3")
    month = f"{MONTH}-01"
    found = await statistics(await signed_in("supervisor", area=EAST), "grid", "month")
    assert found.get((GRID, month), 0) is not None
    found = await statistics(await signed_in("supervisor", area=WEST), "grid", "month")
    assert set(found.values()) == {None}


async def test_for_whom(signed_in: Client, people_url: str) -> None:
    await tell(await signed_in("gateway"), walk(MORNING, 500))
    await listed(await signed_in("commander"), worker="W1")
    whole = await told(await signed_in("commander"))
    assert await told(await signed_in("supervisor", area=EAST)) | {"as_of": 0} == whole | {
        "as_of": 0
    }
    assert (await told(await signed_in("supervisor", grid=GRID)))["walked"] == whole["walked"]
    west = await signed_in("supervisor", area=WEST)
    assert (await told(west))["grids"] == await drawn(west, "true") == []
    assert (await told(west, WEST))["share"] == 0
    assert entries(people_url, "coverage.read")[0][1] == EAST
    for role in ("analyst", "screen", "grid_worker"):
        answer = await (await signed_in(role)).get(
            "/coverage", params={"within": EAST, "month": MONTH}
        )
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    for asked, status in (({"within": "x"}, 404), ({"month": "2026-13"}, 400)):
        answer = await west.get("/coverage", params={"within": EAST, "month": MONTH} | asked)
        assert answer.status_code == status
    with psycopg.connect(people_url) as conn:
        conn.execute("select set_config('gis_gov.reach_track', '{\"all\": true}', false)")
        conn.execute("set role gis_gov_app")
        for table in ("walked_day", "walked_cell"):
            assert conn.execute(f"select from {table}").rowcount == 0
