"""Grids against siblings and parent, areas against children, and repairs of polygons."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_gov.days import today
from tests.ingest.conftest import COMMUNITY, GRIDS, Loader, box, rejected, rows

Write = Callable[..., Path]
CODE = "440113001001"


def grid(code: str, shape: dict[str, Any], **fields: object) -> tuple[dict[str, Any], dict]:
    return {"code": code, "area_code": CODE, **fields}, shape


@pytest.fixture
def community(load_file: Loader, geojson: Write) -> None:
    load_file("areas", geojson("a.geojson", COMMUNITY))


@pytest.mark.usefixtures("community")
@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ([box(113, 22, 113.11, 22.1), box(113.1, 22, 113.2, 22.1)], "overlap"),
        ([box(113, 22, 113.09, 22.1), box(113.1, 22, 113.2, 22.1)], "gap"),
        ([box(113, 22, 113.1, 22.1), box(113.1, 22, 113.21, 22.1)], "outside_parent"),
    ],
)
def test_faulty_mesh_is_refused_with_its_places(
    load_file: Loader, geojson: Write, rejects: Path, shapes: list[dict], reason: str
) -> None:
    path = geojson("g.geojson", *(grid(f"G{n}", shape) for n, shape in enumerate(shapes)))
    report = load_file("grids", path)
    assert report.inserted == 0
    assert report.reasons == {reason: 2}
    assert {row["reason"] for row in rejected(rejects)} == {reason}
    assert report.faults_file is not None
    places = json.loads(report.faults_file.read_text())["features"]
    assert reason in {place["properties"]["kind"] for place in places}


@pytest.mark.usefixtures("community")
def test_gaps_may_be_allowed(load_file: Loader, geojson: Write) -> None:
    path = geojson("g.geojson", grid("G1", box(113, 22, 113.09, 22.1)))
    assert load_file("grids", path).reasons == {"gap": 1}
    report = load_file("grids", path, allow_gaps=True)
    assert (report.inserted, report.findings.found["gap"].count) == (1, 1)


@pytest.mark.usefixtures("community")
def test_community_with_a_fault_does_not_hold_up_another(load_file: Loader, geojson: Write) -> None:
    other = (
        {"code": "440113001002", "name": "乙", "level": "community"},
        box(113.2, 22, 113.3, 22.1),
    )
    load_file("areas", geojson("b.geojson", other))
    whole = ({"code": "G9", "area_code": "440113001002"}, other[1])
    path = geojson("g.geojson", grid("G1", box(113, 22, 113.09, 22.1)), whole)
    report = load_file("grids", path)
    assert (report.inserted, report.reasons) == (1, {"gap": 1})


@pytest.mark.usefixtures("community")
def test_sibling_in_the_database_counts(load_file: Loader, geojson: Write) -> None:
    load_file("grids", geojson("g.geojson", *GRIDS))
    over = grid("G3", box(113.05, 22, 113.06, 22.1))
    assert load_file("grids", geojson("h.geojson", over)).reasons == {"overlap": 1}
    split = (
        ({**GRIDS[0][0]}, box(113, 22, 113.05, 22.1)),
        grid("G3", box(113.05, 22, 113.1, 22.1)),
    )
    report = load_file("grids", geojson("i.geojson", *split))
    assert (report.inserted, report.updated) == (1, 1)


@pytest.mark.usefixtures("community")
def test_grid_without_area_goes_to_the_community_that_covers_it(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    path = geojson("g.geojson", *(({"code": g["code"]}, shape) for g, shape in GRIDS))
    assert load_file("grids", path).findings.found["area_by_geometry"].count == 2
    query = "select distinct a.code from grid as g join area as a on a.id = g.area_id"
    assert rows(connection, query) == [(CODE,)]


def test_grid_needs_a_community(load_file: Loader, geojson: Write) -> None:
    street = ({"code": "440113001000", "name": "街道"}, None)
    load_file("areas", geojson("a.geojson", street))
    path = geojson(
        "g.geojson",
        ({"code": "G1"}, box(113, 22, 113.1, 22.1)),
        ({"code": "G2", "area_code": "440113001"}, box(113, 22, 113.1, 22.1)),
        ({"code": "G3", "area_code": "440113009009"}, box(113, 22, 113.1, 22.1)),
    )
    assert load_file("grids", path).reasons == {
        "no_area": 1, "area_not_community": 1, "unknown_area": 1,
    }  # fmt: skip


@pytest.mark.usefixtures("district")
def test_micro_grids_lie_in_the_grid_above(load_file: Loader, geojson: Write) -> None:
    above = GRIDS[0][0]["code"]
    micro = [
        grid("M1", box(113, 22, 113.05, 22.1), layer="微网格", parent_code=above),
        grid("M2", box(113.05, 22, 113.1, 22.1), layer="微网格", parent_code=above),
    ]
    assert load_file("grids", geojson("m.geojson", *micro)).inserted == 2
    out = grid("M3", box(113.1, 22, 113.15, 22.1), layer="micro", parent_code=above)
    assert load_file("grids", geojson("n.geojson", out)).reasons == {"outside_parent": 1}
    lost = grid("M4", box(113, 22, 113.05, 22.1), layer="micro", parent_code="NONE")
    assert load_file("grids", geojson("o.geojson", lost)).reasons == {"unknown_parent": 1}


@pytest.mark.usefixtures("community")
def test_households_out_of_band_are_a_warning(load_file: Loader, geojson: Write) -> None:
    report = load_file("grids", geojson("g.geojson", *GRIDS))
    assert (report.inserted, report.findings.found["households_out_of_band"].count) == (2, 1)


def test_area_that_its_children_do_not_fill_is_told(load_file: Loader, geojson: Write) -> None:
    street = ({"code": "440113001000", "name": "街道"}, box(113, 22, 113.3, 22.1))
    report = load_file("areas", geojson("a.geojson", street, COMMUNITY))
    assert report.inserted == 2
    assert report.findings.found["parent_not_filled"].count == 1


def test_invalid_polygons(load_file: Loader, geojson: Write, rejects: Path) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[113, 22], [113.1, 22.1], [113.1, 22], [113, 22.1], [113, 22]]],
    }
    spike = {
        "type": "Polygon",
        "coordinates": [
            [
                [113, 22],
                [113.1, 22],
                [113.1, 22.1],
                [113.1, 22.2],
                [113.1, 22.1],
                [113, 22.1],
                [113, 22],
            ]
        ],
    }
    path = geojson(
        "a.geojson",
        ({"code": "A1", "name": "蝴蝶", "level": "district"}, bow),
        ({"code": "A2", "name": "刺", "level": "district"}, spike),
        (
            {"code": "A3", "name": "点", "level": "district"},
            {"type": "Point", "coordinates": [1, 2]},
        ),
    )
    report = load_file("areas", path)
    assert report.inserted == 1
    assert report.reasons == {"invalid_geometry": 1, "bad_geometry": 1}
    assert report.findings.found["repaired"].count == 1
    assert "Self-intersection" in rejected(rejects)[0]["detail"]
    assert rejected(rejects)[0]["geometry"].startswith("POLYGON")


@pytest.mark.parametrize("name", ["valid_from", "valid_to"])
def test_a_grid_or_an_area_of_a_day_to_come_is_refused(
    load_file: Loader, geojson: Write, rejects: Path, name: str
) -> None:
    day, tomorrow = str(today()), str(today() + timedelta(days=1))
    area, shape = COMMUNITY
    report = load_file("areas", geojson("a.geojson", ({**area, name: tomorrow}, shape)))
    assert report.reasons == {f"{name}_ahead": 1}
    assert rejected(rejects)[0]["detail"].startswith(f"{name} {tomorrow} is yet to come: ")
    assert load_file("areas", geojson("a.geojson", ({**area, name: None}, shape))).inserted == 1
    (west, west_shape), (east, east_shape) = GRIDS
    path = geojson("g.geojson", ({**west, name: day}, west_shape), (east, east_shape))
    assert load_file("grids", path, allow_gaps=True).inserted == 2
    path = geojson("h.geojson", ({**west, name: tomorrow}, west_shape))
    assert load_file("grids", path).reasons == {f"{name}_ahead": 1}


def test_no_end_is_written_by_no_date(load_file: Loader, geojson: Write, rejects: Path) -> None:
    area, shape = COMMUNITY
    path = geojson("a.geojson", ({**area, "valid_to": "2099-12-31"}, shape))
    assert load_file("areas", path).reasons == {"valid_to_ahead": 1}
    assert "leave it empty" in rejected(rejects)[0]["detail"]
