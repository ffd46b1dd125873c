"""Heat maps of what a filter picks, weighed, at some hours: they add up to what the list tells."""

from collections import Counter
from typing import Any

import h3
import httpx
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from gis_gov.counting.hours import parse_days, parse_hours
from gis_gov.heatmaps.schemas import HeatmapCells
from tests.counting.granted import BOX, GRID, STREET, Grant, ask, cells_at
from tests.counting.tiling import World
from tests.counting.village import Village
from tests.heatmaps.test_heatmap import cells, counted, things_of

COMMANDER, OFFICER = Grant("commander"), Grant("department_officer")
FILTERS = [
    ("persons", "person_class = 'service'"),
    ("persons", "person_class IN ('control', 'rely') AND sex = 'unknown'"),
    ("persons", f"grid_code = '{GRID}'"),
    ("houses", "kind = 'building' OR floors > 3"),
    ("dwellings", "floors >= 2 AND floors < 5"),
    ("enterprises", f"area_code LIKE '{STREET}%'"),
    ("events", "department = 'fire' AND level = 'street'"),
    ("events", "department IS NULL"),
    ("events", f"S_INTERSECTS(geometry, BBOX({','.join(map(str, BOX))}))"),
    ("addresses", "code LIKE 'a1%'"),
    ("positions", "device LIKE '%1' OR accuracy_m > 10"),
]


async def listed(
    asking: httpx.AsyncClient, headers: dict[str, str], layer: str, text: str
) -> list[list[float]]:
    """Return the places (lat, lon) of all that the collection lists."""
    picked = text if layer != "dwellings" else f"kind = 'dwelling' AND ({text})"
    name = "houses" if layer == "dwellings" else layer
    points: list[list[float]] = []
    path, parameters = f"/collections/{name}/items", {"filter": picked, "limit": 1000}
    while path:
        answer = await asking.get(path, params=parameters or None, headers=headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        shapes = [each["geometry"] for each in page["features"] if each["geometry"]]
        points += [shape["coordinates"][::-1] for shape in shapes]
        links = {link["rel"]: link["href"] for link in page["links"]}
        path, parameters = links.get("next", ""), {}
    return points


@pytest.mark.parametrize(("layer", "text"), FILTERS, ids=str)
@pytest.mark.parametrize("grant", [COMMANDER, Grant("supervisor", STREET)], ids=str)
async def test_it_counts_exactly_what_the_list_tells(
    asking: httpx.AsyncClient, village: Village, grant: Grant, layer: str, text: str
) -> None:
    headers = grant.key(village.url)
    points = await listed(asking, headers, layer, text)
    for resolution in (0, 8, 11):
        found = await ask(
            asking, "/heatmap", headers, layer=layer, filter=text, resolution=resolution, f="json"
        )
        assert found == {"resolution": resolution, "cells": cells_at(points, resolution)}
    west, south, east, north = BOX
    inside = [(lat, lon) for lat, lon in points if west <= lon <= east and south <= lat <= north]
    bbox = ",".join(map(repr, BOX))
    found = await ask(
        asking, "/heatmap", headers, layer=layer, filter=text, resolution=10, bbox=bbox, f="json"
    )
    assert found["cells"] == cells_at([list(each) for each in inside], 10)


async def test_a_filter_in_json_is_the_same(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    tree = '{"op": "=", "args": [{"property": "department"}, "fire"]}'
    asked = {"layer": "events", "resolution": 9, "f": "json"}
    by_text = await ask(asking, "/heatmap", headers, filter="department = 'fire'", **asked)
    by_json = await ask(
        asking, "/heatmap", headers, filter=tree, **{**asked, "filter-lang": "cql2-json"}
    )
    assert by_text == by_json
    assert by_text["cells"]


FLOORS = """
    select h.floors, a.cell from house as h join address as a on a.id = h.address_id
"""
AREAS = """
    select h.area_m2, a.cell from house as h join address as a on a.id = h.address_id
    where h.kind = 'dwelling'
"""
LEVELS = """
    select array_position(array['grid', 'community', 'street', 'district'], level), cell from event
"""


@pytest.mark.parametrize(
    ("layer", "weight", "query"),
    [
        ("houses", "floors", FLOORS),
        ("dwellings", "area_m2", AREAS),
        ("events", "level", LEVELS),
    ],
    ids=["floors", "area", "level"],
)
async def test_weights_are_added_up(
    asking: httpx.AsyncClient, village: Village, layer: str, weight: str, query: Any
) -> None:
    with psycopg.connect(village.url) as conn:
        rows = [(float(value or 0), cell) for value, cell in conn.execute(query) if cell]
    headers = COMMANDER.key(village.url)
    asked = {"layer": layer, "weight": weight, "resolution": 8}
    sums, counts = Counter[str](), Counter[str]()
    for value, cell in rows:
        parent = h3.cell_to_parent(format(cell, "x"), 8)
        sums[parent] += value  # type: ignore[assignment]
        counts[parent] += 1
    found = HeatmapCells(**await ask(asking, "/heatmap", headers, **asked, f="json"))
    assert found.cells == counts
    assert found.weights == pytest.approx(dict(sums))
    drawn = (await ask(asking, "/heatmap", headers, **asked))["features"]
    told = {each["id"]: each["properties"]["weight"] for each in drawn}
    assert told == pytest.approx(dict(sums))
    answer = await asking.get("/heatmap", params={**asked, "f": "arrow"}, headers=headers)
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.schema.metadata == {b"resolution": b"8"}
    assert [format(cell, "x") for cell in table["cell"].to_pylist()] == sorted(counts)
    assert table["count"].to_pylist() == [counts[cell] for cell in sorted(counts)]
    assert table["weight"].to_pylist() == pytest.approx([sums[cell] for cell in sorted(counts)])


async def test_arrow_tells_the_threshold(asking: httpx.AsyncClient, village: Village) -> None:
    headers = Grant("screen").key(village.url)
    asked = {"layer": "persons", "resolution": 9}
    as_json = await ask(asking, "/heatmap", headers, **asked, f="json")
    answer = await asking.get("/heatmap", params={**asked, "f": "arrow"}, headers=headers)
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.schema.metadata == {b"resolution": b"9", b"threshold": b"10"}
    assert None in table["count"].to_pylist()
    names = [format(cell, "x") for cell in table["cell"].to_pylist()]
    assert dict(zip(names, table["count"].to_pylist(), strict=True)) == as_json["cells"]


@pytest.mark.parametrize("layer", ["events", "positions"])
@pytest.mark.parametrize(
    "asked",
    [
        {"weekdays": "7"},
        {"weekdays": "6-1", "hours": "22-6"},
        {"weekdays": "7", "hours": "20-9"},
        {"weekdays": "7", "hours": "22-0"},
        {"hours": "0-24"},
        {"weekdays": "1,7", "hours": "7-9", "datetime": "2026-03-02/.."},
    ],
    ids=str,
)
async def test_hours_of_the_week_are_those_of_the_clock_here(
    client: httpx.AsyncClient, world: World, layer: str, asked: dict[str, str]
) -> None:
    things = things_of(world, layer)
    local = things["time"].dt.tz_convert("Asia/Shanghai")
    days = parse_days(asked.get("weekdays", "1-7"))
    first, end = map(int, asked.get("hours", "0-24").split("-"))
    if first < end:
        held = (local.dt.day_of_week + 1).isin(days) & local.dt.hour.between(first, end - 1)
    else:  # of a night the morning is the next day
        evening = (local.dt.day_of_week + 1).isin(days) & (local.dt.hour >= first)
        yesterday = (local.dt.normalize() - pd.Timedelta(days=1)).dt.day_of_week + 1
        held = evening | (yesterday.isin(days) & (local.dt.hour < end))
    if "datetime" in asked:
        held &= local >= pd.Timestamp("2026-03-02T00:00+08:00")
    wanted = things[held]
    assert len(wanted)
    assert await cells(client, layer=layer, resolution=8, **asked) == counted(wanted, 8)


def test_days_and_hours_go_around() -> None:
    assert parse_days("6-1,3") == {6, 7, 1, 3}
    assert parse_days("1-7") == set(range(1, 8))
    assert parse_hours("22-2") == ({22, 23, 0, 1}, 2)
    assert parse_hours("0-24") == (set(range(24)), 0)
    assert parse_hours("23-24") == ({23}, 0)
    assert parse_hours("23-0") == ({23}, 0)


@pytest.mark.parametrize(
    ("asked", "slug", "says"),
    [
        ({"layer": "events", "weekdays": "0"}, "invalid-request", "query.weekdays"),
        ({"layer": "events", "weekdays": "Mon"}, "invalid-request", "1-5"),
        ({"layer": "events", "hours": "8"}, "invalid-request", "query.hours"),
        ({"layer": "events", "hours": "8-8"}, "invalid-request", "8-18"),
        ({"layer": "events", "hours": "8-25"}, "invalid-request", "8-18"),
        ({"layer": "houses", "weekdays": "1"}, "no-time", "events and positions"),
        ({"layer": "persons", "weight": "floors"}, "not-listed", "known: none"),
        ({"layer": "houses", "weight": "name"}, "not-listed", "floors, height_m, area_m2"),
        ({"layer": "positions", "filter": "person = 'd'"}, "invalid-filter", "person"),
        ({"layer": "events", "filter": "nothing = 1"}, "invalid-filter", "nothing"),
        ({"layer": "events", "filter": "level = "}, "invalid-filter", "query.filter"),
        ({"layer": "houses", "filter": "floors ^ 900 > 1"}, "invalid-filter", "no value"),
    ],
    ids=str,
)
async def test_wrong_questions_are_problems(
    asking: httpx.AsyncClient, village: Village, asked: dict[str, str], slug: str, says: str
) -> None:
    headers = COMMANDER.key(village.url)
    answer = await asking.get("/heatmap", params=asked, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert says in answer.json()["detail"]
