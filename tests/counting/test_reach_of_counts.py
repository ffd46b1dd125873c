"""Counts end where the right to count ends: against pandas, and SQL under the row policies."""

from typing import Any

import h3
import httpx
import mapbox_vector_tile
import pandas as pd
import psycopg
import pytest

from gis_gov.access.roles import ROLES, Permission
from gis_gov.access.tokens import token_hash
from gis_gov.app import create_app
from gis_gov.counting.fences import PERSONAL
from gis_gov.counting.layers import LAYERS
from gis_gov.settings import Settings
from gis_gov.statistics.parts import MEASURES
from tests.counting.granted import (
    BOX,
    COMMUNITY,
    COUNTED,
    EXACT,
    LEVELS,
    Grant,
    ask,
    cells_at,
)
from tests.counting.village import AREAS, DISTRICT, Village
from tests.signed_in import client_of


def in_or_around(level: str, village: Village, place: str) -> set[str]:
    """Return the codes of a level's units that lie in a place or contain it."""
    codes = village.grids["grid"] if level == "grid" else pd.Series(list(AREAS))
    if level != "grid":
        codes = codes[[AREAS[code] == level for code in codes]]
    return {code for code in codes if code.startswith(place) or place.startswith(code)}


@pytest.mark.parametrize("grant", EXACT, ids=str)
async def test_statistics_are_those_of_the_own_rows(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    headers, own = grant.key(village.url), grant.counted(village.things)
    for level in LEVELS:
        found = await ask(asking, "/statistics", headers, level=level, measures=",".join(COUNTED))
        assert "threshold" not in found
        units = village.units(own, level)
        wanted = pd.crosstab(units, own["layer"]).reindex(columns=COUNTED, fill_value=0)
        told = pd.DataFrame(found["rows"]).fillna({"code": ""}).set_index("code")[list(COUNTED)]
        assert told[told.any(axis=1)].sort_index().to_dict() == wanted.sort_index().to_dict()
        assert set(told.index) - {""} == in_or_around(level, village, grant.place)
        assert found["total"] == {layer: (own["layer"] == layer).sum() for layer in COUNTED}


@pytest.mark.parametrize("grant", EXACT, ids=str)
@pytest.mark.parametrize("box", [None, BOX], ids=["whole", "bbox"])
async def test_heat_maps_are_those_of_the_own_points(
    asking: httpx.AsyncClient,
    village: Village,
    grant: Grant,
    box: tuple[float, float, float, float] | None,
) -> None:
    headers, own = grant.key(village.url), grant.counted(village.things)
    parameters: dict[str, Any] = {"resolution": 10, "f": "json"}
    if box is not None:
        west, south, east, north = box
        own = own[own["lon"].between(west, east) & own["lat"].between(south, north)]
        parameters["bbox"] = ",".join(map(repr, box))
    own = own[own["lon"].notna()]
    for layer in COUNTED:
        found = await ask(asking, "/heatmap", headers, layer=layer, **parameters)
        things = own[own["layer"] == layer]
        if layer == "persons" and grant.role == "department_officer":  # sees no place of a person
            assert found["resolution"] == 9
            assert sum(found["cells"].values()) >= len(things)
            continue
        assert found["cells"] == cells_at(things[["lat", "lon"]].to_numpy().tolist(), 10)


async def test_where_persons_live_is_told_as_coarsely_as_lists_tell_it(
    asking: httpx.AsyncClient, village: Village
) -> None:
    grant = Grant("department_officer", DISTRICT, ("control",))
    own = grant.counted(village.things)
    persons = own[(own["layer"] == "persons") & own["lon"].notna()]
    for resolution in (None, 7, 9, 12):
        asked = {} if resolution is None else {"resolution": resolution}
        headers = grant.key(village.url)
        found = await ask(asking, "/heatmap", headers, layer="persons", f="json", **asked)
        assert found["resolution"] == min(resolution or 9, 9)
        points = persons[["lat", "lon"]].to_numpy().tolist()
        assert found["cells"] == cells_at(points, found["resolution"])


async def test_no_bbox_finds_a_home_for_who_may_not_know_homes(
    asking: httpx.AsyncClient, village: Village
) -> None:
    grant = Grant("department_officer", DISTRICT, ("control",))
    own = grant.counted(village.things)
    persons = own[(own["layer"] == "persons") & own["lon"].notna()]
    headers, looked_at = grant.key(village.url), 0
    for lat, lon in persons[["lat", "lon"]].to_numpy().tolist()[:5]:
        middle = h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, 9))
        if max(abs(middle[0] - lat), abs(middle[1] - lon)) < 1e-5:
            continue
        looked_at += 1
        bbox = ",".join(map(repr, (lon - 1e-6, lat - 1e-6, lon + 1e-6, lat + 1e-6)))
        found = await ask(asking, "/heatmap", headers, layer="persons", bbox=bbox, f="json")
        assert found["cells"] == {}
    assert looked_at


@pytest.mark.parametrize("within", [f"{DISTRICT}002", f"{COMMUNITY}G02"])
async def test_within_a_place_out_of_reach_there_is_nothing(
    asking: httpx.AsyncClient, village: Village, within: str
) -> None:
    headers = Grant("supervisor", f"{DISTRICT}001001").key(village.url)
    measures = "persons,events,households,grids,area_m2"
    found = await ask(asking, "/statistics", headers, within=within, measures=measures)
    nothing = {"persons": 0, "events": 0, "households": None, "grids": 0, "area_m2": 0}
    assert found == {"at": found["at"], "rows": [], "total": nothing}


async def test_without_the_single_things_a_bbox_takes_whole_hexagons(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("weather_officer").key(village.url)
    enterprises = village.things[
        (village.things["layer"] == "enterprises") & village.things["lon"].notna()
    ]
    whole = cells_at(enterprises[["lat", "lon"]].to_numpy().tolist(), 9)
    west, south, east, north = BOX
    wanted = {
        cell: count
        for cell, count in whole.items()
        if south <= h3.cell_to_latlng(cell)[0] <= north
        and west <= h3.cell_to_latlng(cell)[1] <= east
    }
    bbox = ",".join(map(repr, BOX))
    found = await ask(
        asking, "/heatmap", headers, layer="enterprises", resolution=9, bbox=bbox, f="json"
    )
    assert found == {"resolution": 9, "cells": wanted}
    assert 0 < len(wanted) < len(whole)


def add_grant(url: str, headers: dict[str, str], role: str, area: str) -> None:
    token = headers["authorization"].removeprefix("Bearer ")
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into role_grant (key_id, role, area_id) select k.id, %s, a.id"
            " from api_key as k, area as a where k.token_hash = %s and a.code = %s",
            [role, token_hash(token), area],
        )


async def test_exact_here_and_under_the_threshold_there(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("screen").key(village.url)
    add_grant(village.url, headers, "supervisor", COMMUNITY)
    measures = "persons,dwellings,households"
    found = await ask(asking, "/statistics", headers, level="grid", measures=measures)
    assert found["threshold"] == 10
    persons = village.things[village.things["layer"] == "persons"]
    truth = persons["grid"].value_counts()
    households = village.grids.set_index("grid")["households"]
    own = [row for row in found["rows"] if (row["code"] or "").startswith(COMMUNITY)]
    assert len(own) == 4
    for row in own:
        assert "withheld" not in row
        assert row["persons"] == truth.get(row["code"], 0)
        declared = households[row["code"]]
        assert row["households"] == (None if pd.isna(declared) else declared)
    others = [row for row in found["rows"] if row not in own and row["code"]]
    assert any(row["persons"] != truth.get(row["code"], 0) for row in others)
    assert any("withheld" in row for row in others)
    # The cluster layer of the tiles counts only where he may also see each person.
    tile = await asking.get("/tiles/persons/0/0/0.mvt", headers=headers)
    clusters = await ask_clusters(tile.content)
    assert clusters == persons["area"].eq(COMMUNITY).sum()


async def ask_clusters(tile: bytes) -> int:
    """Return what the clusters of a tile add up to."""
    (layer,) = mapbox_vector_tile.decode(tile).values()
    return sum(feature["properties"]["count"] for feature in layer["features"])


@pytest.mark.parametrize("k", [1, 25])
async def test_the_threshold_is_a_setting(village: Village, k: int) -> None:
    app = create_app(Settings(k_threshold=k).with_database(village.url))
    headers = Grant("screen").key(village.url)
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), headers) as client,
    ):
        found = (await client.get("/statistics", params={"measures": "persons"})).json()
    truth = village.things[village.things["layer"] == "persons"]["grid"].value_counts()
    assert found["threshold"] == k
    withheld = {row["code"] for row in found["rows"] if row["code"] and "withheld" in row}
    assert withheld == set(truth[truth < k].index)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_counts_what_its_rights_open(
    asking: httpx.AsyncClient, village: Village, role: str
) -> None:
    headers, rights = Grant(role).key(village.url), ROLES[role].permissions
    extra = {
        "positions": {Permission.TRACK_READ},
        "workers": {Permission.TRACK_READ, Permission.WORKER_READ},
    }
    asked = [("/heatmap", {"layer": layer, "resolution": 3}, layer) for layer in LAYERS]
    asked += [("/statistics", {"level": "district", "measures": name}, name) for name in MEASURES]
    for path, parameters, name in asked:
        allowed = rights >= {Permission.COUNT, *extra.get(name, ())}
        answer = await asking.get(path, params=parameters, headers=headers)
        assert answer.status_code == (200 if allowed else 403), (path, name)
        if allowed:
            under = name in PERSONAL and Permission.COUNT_EXACT not in rights
            assert ("threshold" in answer.json()) == under
            assert answer.headers["cache-control"] == "private, no-store"
    timed = {"layer": "events", "datetime": "2026-03-01"}
    answer = await asking.get("/heatmap", params=timed, headers=headers)
    allowed = rights >= {Permission.COUNT, Permission.EVENT_READ}
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize("role", ["screen", "analyst", "weather_officer"])
@pytest.mark.parametrize("layer", ["persons", "houses"])
async def test_tiles_are_no_way_around_the_threshold(
    asking: httpx.AsyncClient, village: Village, role: str, layer: str
) -> None:
    answer = await asking.get(f"/tiles/{layer}/0/0/0.mvt", headers=Grant(role).key(village.url))
    assert answer.status_code == 403
    described = await asking.get("/tiles/grids.json", headers=Grant(role).key(village.url))
    assert "households" not in described.json()["vector_layers"][0]["fields"]
