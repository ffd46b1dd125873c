"""What nobody finds out by drawing polygons: who lives in a house, or in another place."""

import csv
import io

import h3
import httpx
import numpy as np
import pytest
import shapely

from tests.counting.granted import COMMUNITY, STREET, Grant
from tests.counting.village import DISTRICT, SIDES, SOUTH, STEP, WEST, Village
from tests.statistics.drawing import PATH, figures

COMMANDER = Grant("commander")
BAND = (WEST, SOUTH, WEST + SIDES * STEP, SOUTH + SIDES * STEP)


async def told_of_cells(
    asking: httpx.AsyncClient, headers: dict[str, str], layer: str
) -> dict[str, int | None]:
    asked = {"layer": layer, "resolution": 9, "f": "json"}
    return (await asking.get("/heatmap", params=asked, headers=headers)).json()["cells"]


@pytest.mark.parametrize(
    ("grant", "layers"),
    [
        (Grant("screen"), ("persons", "dwellings", "houses", "addresses", "enterprises")),
        (Grant("analyst", STREET), ("persons", "dwellings")),
        (Grant("weather_officer"), ("persons", "events")),
        (Grant("department_officer"), ("persons", "dwellings")),
        (Grant("department_officer", DISTRICT, ("control",)), ("persons",)),
    ],
    ids=str,
)
async def test_for_whom_points_are_closed_a_polygon_tells_what_the_heat_map_does(
    asking: httpx.AsyncClient, village: Village, grant: Grant, layers: tuple[str, ...]
) -> None:
    """So nothing is found out by drawing: each figure is a sum of what is told anyway."""
    headers, random = grant.key(village.url), np.random.default_rng(11)
    for layer in layers:
        cells = await told_of_cells(asking, headers, layer)
        lat, lon = np.array([h3.cell_to_latlng(cell) for cell in cells]).T
        for _ in range(6):
            corners = random.uniform(BAND[:2], BAND[2:], (12, 2))
            shape = shapely.MultiPoint(corners).convex_hull
            found = (await figures(asking, shape, headers, measures=layer))[layer]
            inside = shapely.intersects_xy(shape, lon, lat)
            held = [count for count, i in zip(cells.values(), inside, strict=True) if i]
            assert found["count"] == sum(count or 0 for count in held)
            assert found["withheld_cells"] == held.count(None)
            assert found["resolution"] == 9


async def test_a_file_tells_the_same_hexagons(asking: httpx.AsyncClient, village: Village) -> None:
    headers = Grant("screen").key(village.url)
    shape = shapely.box(*BAND)
    found = (await figures(asking, shape, headers, measures="persons"))["persons"]
    answer = await asking.post(
        PATH,
        content=shapely.to_geojson(shape),
        params={"measures": "persons", "f": "csv"},
        headers=headers,
    )
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = {name: int(row[name]) for name in ("count", "resolution", "cells", "withheld_cells")}
    assert told == {name: found[name] for name in told}
    assert told["withheld_cells"] > 0
    assert float(row["km2"]) == found["per_km2"]["denominator"]


@pytest.mark.parametrize(
    "grant",
    [
        Grant("screen"),
        Grant("department_officer"),
        Grant("department_officer", DISTRICT, ("control",)),
        Grant("department_officer", STREET, ("service", "control", "rely", "other")),
    ],
    ids=str,
)
async def test_polygons_that_differ_by_a_house_do_not_tell_who_lives_there(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    """Draw around, and without, single homes; the commander shows that there is something."""
    headers, known = grant.key(village.url), COMMANDER.key(village.url)
    persons = village.things[(village.things["layer"] == "persons") & (village.things["lon"] > 0)]
    homes = persons.groupby(["lon", "lat"]).size().reset_index().sample(8, random_state=1)
    whole = shapely.box(*BAND)
    seen = 0
    for lon, lat in homes[["lon", "lat"]].to_numpy().tolist():
        home = shapely.Point(lon, lat).buffer(2e-5, 2)
        if (
            shapely.Point(h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, 9))[::-1]).distance(home)
            < 1e-4
        ):
            continue  # a middle of a hexagon
        for around in (home, whole.difference(home)):
            told = (await figures(asking, around, headers, measures="persons"))["persons"]
            hull = whole if around is not home else shapely.Point(0, 0).buffer(1e-5)
            other = (await figures(asking, hull, headers, measures="persons"))["persons"]
            assert (told["count"], told["withheld_cells"]) == (
                other["count"], other["withheld_cells"],
            )  # fmt: skip
        seen += (await figures(asking, home, known, measures="persons"))["persons"]["count"]
    assert seen > 8


@pytest.mark.parametrize(
    "grant",
    [
        Grant("department_officer", DISTRICT, ("control",)),
        Grant("department_officer", STREET, ("service", "rely")),
    ],
    ids=str,
)
async def test_nor_do_boxes_of_the_heat_map(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    headers = grant.key(village.url)
    persons = grant.counted(village.things)
    persons = persons[(persons["layer"] == "persons") & (persons["lon"] > 0)]
    for lon, lat in persons[["lon", "lat"]].drop_duplicates().head(8).to_numpy().tolist():
        box = ",".join(map(repr, (lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5)))
        asked = {"layer": "persons", "resolution": 9, "f": "json", "bbox": box}
        told = (await asking.get("/heatmap", params=asked, headers=headers)).json()["cells"]
        centre = h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, 9))
        assert bool(told) == (abs(centre[0] - lat) <= 1e-5 and abs(centre[1] - lon) <= 1e-5)


async def test_of_another_place_or_class_nothing_is_counted(
    asking: httpx.AsyncClient, village: Village
) -> None:
    whole = shapely.box(BAND[0] - 0.01, BAND[1] - 0.01, BAND[2] + 0.01, BAND[3] + 0.01)
    for grant in (
        Grant("supervisor", COMMUNITY),
        Grant("grid_worker", DISTRICT, ("control",)),
        Grant("department_officer", "", None, "fire"),
    ):
        own = grant.counted(village.things)
        found = await figures(asking, whole, grant.key(village.url), measures="persons,events")
        placed = own[own["lon"].notna()]
        inside = shapely.intersects_xy(whole, placed["lon"], placed["lat"])
        assert found["events"]["count"] == (inside & (placed["layer"] == "events")).sum()
        if "cells" not in found["persons"]:
            assert found["persons"]["count"] == (inside & (placed["layer"] == "persons")).sum()
