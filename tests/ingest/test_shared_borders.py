"""A load gives neighbours the same corners on their borders: what it brings, and what was there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from tests.ingest.conftest import COMMUNITY, Loader, box, rows

Write = Callable[..., Path]
CODE = "440113001001"
WEST = ({"code": "G1", "area_code": CODE}, box(113, 22, 113.1, 22.1))
LOWER = ({"code": "G2", "area_code": CODE}, box(113.1, 22, 113.2, 22.05))
UPPER = ({"code": "G3", "area_code": CODE}, box(113.1, 22.05, 113.2, 22.1))
STREET = ({"code": "440113001000", "name": "街道", "level": "street"}, COMMUNITY[1])
TEE = (113.1, 22.05)
"""Where the edge between two grids meets the straight one of the third."""


def corners(connection: psycopg.Connection, table: str, code: str) -> set[tuple[float, float]]:
    query = f"select st_asbinary(geom) from {table} where code = '{code}'"  # noqa: S608 - of this file
    ((wkb,),) = rows(connection, query)
    return {(x, y) for x, y in shapely.get_coordinates(shapely.from_wkb(wkb)).tolist()}


def of_box(shape: dict[str, Any]) -> set[tuple[float, float]]:
    return {(x, y) for x, y in shape["coordinates"][0]}


@pytest.fixture(autouse=True)
def community(load_file: Loader, geojson: Write) -> None:
    report = load_file("areas", geojson("a.geojson", STREET, COMMUNITY))
    assert set(report.findings.found) == {"without_parent"}


def test_grids_of_one_file_and_their_community_take_each_others_corners(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    path = geojson("g.geojson", WEST, LOWER, UPPER)
    report = load_file("grids", path)
    assert report.inserted == 3
    assert report.findings.found["corner_added"].count == 1
    assert report.findings.found["neighbour_completed"].count == 1
    assert corners(connection, "grid", "G1") == of_box(WEST[1]) | {TEE}
    assert corners(connection, "grid", "G2") == of_box(LOWER[1])
    on_its_edges = {(113.1, 22.0), (113.1, 22.1), (113.2, 22.05)}
    assert corners(connection, "area", CODE) == of_box(COMMUNITY[1]) | on_its_edges
    # A street lies above, and has no border with the grids.
    assert corners(connection, "area", "440113001000") == of_box(COMMUNITY[1])
    again = load_file("grids", path)
    assert (again.unchanged, again.updated) == (3, 0)
    assert "neighbour_completed" not in again.findings.found


def test_what_was_there_takes_the_corners_of_what_comes(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    first = load_file("grids", geojson("g.geojson", WEST), allow_gaps=True)
    assert first.inserted == 1
    assert corners(connection, "grid", "G1") == of_box(WEST[1])
    report = load_file("grids", geojson("h.geojson", LOWER, UPPER))
    assert (report.inserted, report.updated) == (2, 0)
    assert "corner_added" not in report.findings.found
    assert report.findings.found["neighbour_completed"].count == 2
    assert corners(connection, "grid", "G1") == of_box(WEST[1]) | {TEE}


def test_what_comes_takes_the_corners_of_what_was_there(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    load_file("grids", geojson("g.geojson", LOWER, UPPER), allow_gaps=True)
    report = load_file("grids", geojson("h.geojson", WEST))
    assert report.findings.found["corner_added"].count == 1
    assert corners(connection, "grid", "G1") == of_box(WEST[1]) | {TEE}


def test_an_area_that_is_loaded_anew_takes_the_corners_of_its_grids(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    load_file("grids", geojson("g.geojson", WEST, LOWER, UPPER))
    before = corners(connection, "area", CODE)
    report = load_file("areas", geojson("a.geojson", STREET, COMMUNITY))
    assert (report.unchanged, report.updated) == (1, 1)
    assert corners(connection, "area", CODE) == before
    assert corners(connection, "area", "440113001000") == before


def test_a_neighbour_of_another_community_takes_corners_and_loses_no_ground(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    other = (
        {"code": "440113001002", "name": "乙", "level": "community"},
        box(113, 22.1, 113.2, 22.2),
    )
    report = load_file("areas", geojson("b.geojson", other))
    assert "neighbour_completed" not in report.findings.found
    far = ({"code": "G9", "area_code": "440113001002"}, other[1])
    load_file("grids", geojson("g.geojson", far))
    connection.execute(
        "insert into address (code, full_text, geom)"
        " select 'A' || n, '路' || n || '号', st_point(113 + n * 0.02, 22.1, 4490)"
        " from generate_series(0, 10) as n"
    )
    where = """
        select a.code, g.code from address as a left join grid as g on g.id = a.grid_id order by 1
    """
    lay_in = rows(connection, where)
    assert {grid for _, grid in lay_in} == {"G9"}
    load_file("grids", geojson("h.geojson", WEST, LOWER, UPPER))
    assert corners(connection, "grid", "G9") == of_box(other[1]) | {(113.1, 22.1)}
    assert corners(connection, "area", "440113001002") == of_box(other[1]) | {(113.1, 22.1)}
    connection.execute("delete from grid where code <> 'G9'")
    assert rows(connection, where) == lay_in
    same = "select st_equals(geom, st_makeenvelope(113, 22.1, 113.2, 22.2, 4490)) from grid"
    assert rows(connection, same) == [(True,)]


def test_grids_that_are_refused_and_retired_give_no_corners(
    connection: psycopg.Connection, load_file: Loader, geojson: Write
) -> None:
    load_file("grids", geojson("g.geojson", WEST), allow_gaps=True)
    over = ({"code": "G4", "area_code": CODE}, box(113.09, 22.05, 113.2, 22.1))
    assert load_file("grids", geojson("h.geojson", LOWER, over)).inserted == 0
    ended = ({**UPPER[0], "valid_from": "2020-01-01", "valid_to": "2021-01-01"}, UPPER[1])
    assert load_file("grids", geojson("i.geojson", ended), allow_gaps=True).inserted == 1
    assert corners(connection, "grid", "G1") == of_box(WEST[1])
