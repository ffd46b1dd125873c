"""Any track is drawn in its tiles as its fixes make it: split where it leaps, and nowhere else."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from math import cos, radians
from typing import Any, Final, LiteralString

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.queries import tile_parameters
from tests.conftest import TestServer
from tests.patrols.tracks import DAY, KEEP, SOUTH, WEST, WORLD
from tests.tiles.test_any_shape import (
    MARGIN,
    UNITS,
    corners_of,
    in_units,
    seeds,
    some_tile,
    unhurried,
)
from tests.tiles.walked import GAP_S, SPAN_S, Fix, Line, Told, leaps, lines_of, some_fixes

SQUARE = WEST, SOUTH, 0.02
SIMPLIFIED: Final = 4
"""So many units a corner may lie beside a line that leaves it out, as longitudes have them."""
ADD: LiteralString = """
    insert into position (device, time, worker_id, rejected_for, geom)
    values (%s, %s, %s, %s, st_point(%s, %s, 4490)) returning id
"""
OWN = shapely.box(0, 0, UNITS, UNITS)
DRAW: LiteralString = "select tile_tracks(%(z)s, %(x)s, %(y)s, %(query)s)"


Drawn = dict[Told, shapely.MultiLineString]


@pytest.fixture(scope="module")
def conn(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    with postgis.database() as url, psycopg.connect(url) as opened:
        opened.execute(WORLD)
        yield opened


def write(
    conn: psycopg.Connection[Any], random: np.random.Generator, fixes: list[Fix]
) -> dict[Fix, int]:
    """Write fixes in batches, in any order, while lines are kept; return the number of each."""
    numbers = dict[Fix, int]()
    for batch in np.array_split(random.permutation(len(fixes)), int(random.integers(1, 5))):
        for fix in (fixes[n] for n in batch):
            refused = None if fix.counts else "jump"
            time = DAY + timedelta(seconds=fix.at_s)
            told = [fix.device, time, fix.worker, refused, fix.lon, fix.lat]
            row = conn.execute(ADD, told).fetchone()
            assert row
            numbers[fix] = row[0]
        conn.execute(KEEP, [int(random.choice([0, 1, 3, 1000]))])
    return numbers


def see_all(conn: psycopg.Connection[Any]) -> None:
    """Be the server, up to the end of the transaction, for one who may follow everybody."""
    for kind in ("track", "worker"):
        reach = [f"gis_gov.reach_{kind}", '{"all": true}']
        conn.execute("select set_config(%s, %s, true)", reach)
    conn.execute("set local role gis_gov_app")


def drawn(
    conn: psycopg.Connection[Any], tile: AnyTile, since_s: int, until_s: int
) -> list[dict[str, Any]]:
    since, until = (DAY + timedelta(seconds=each) for each in (since_s, until_s))
    query = {"since": since.isoformat(), "until": until.isoformat()}
    row = conn.execute(DRAW, tile_parameters(tile, query)).fetchone()
    assert row
    return mapbox_vector_tile.decode(bytes(row[0])).get("tracks", {"features": []})["features"]


def told_of(feature: dict[str, Any]) -> Told:
    told = feature["properties"]
    return told["code"], told["begins_at"], told["ends_at"]


def shape_by_line(features: list[dict[str, Any]]) -> Drawn:
    """Return what is drawn by what is told of it; lines that begin and end at once are as one."""
    found = defaultdict[Told, list[shapely.LineString]](list)
    for each in features:
        found[told_of(each)] += shapely.get_parts(shapely.geometry.shape(each["geometry"])).tolist()
    return {told: shapely.MultiLineString(parts) for told, parts in found.items()}


def is_near(shape: BaseGeometry, others: BaseGeometry, within: float) -> bool:
    """Say whether each point of a shape lies near others."""
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(shape, 4.0)))
    return bool(shapely.dwithin(points, others, within).all())


def step_of(tile: AnyTile) -> float:
    """Return by how many units a line may be off.

    A degree of longitude is less than one of latitude is in Web Mercator. At zoom 12 what is kept
    was simplified before. A corner is rounded to the unit, and so is where the margin cuts a line.
    """
    zoom = tile.z if isinstance(tile, Tile) else tile.z + 1
    stretched = cos(radians(corners_of(tile)[:, 1].max())) if isinstance(tile, Tile) else 1.0
    return SIMPLIFIED * (2 if zoom == 12 else 1) / stretched + 1.5


def check(found: Drawn, lines: list[Line], tile: AnyTile) -> None:
    """Compare what a tile has with the lines: each is drawn where it is, and nothing else is."""
    step = step_of(tile)
    low, high = -MARGIN + step, UNITS + MARGIN - step
    inside = shapely.box(low, low, high, high)
    wanted = defaultdict[Told, list[BaseGeometry]](list)
    for line in lines:
        wanted[line.told].append(in_units(line.shape, tile))
    assert set(found) <= set(wanted)
    for told, shapes in wanted.items():
        shown = found.get(told, shapely.MultiLineString())
        places = shapely.get_coordinates(shown)
        assert ((places >= -MARGIN) & (places <= UNITS + MARGIN)).all()
        assert is_near(shown, shapely.GeometryCollection(shapes), step)
        for shape in shapes:
            start = shapely.Point(shapely.get_coordinates(shape)[0])
            if shapely.hausdorff_distance(shape, start) > step:  # else it may be less than a line
                assert is_near(shape.intersection(inside), shown, step)


def around(tile: AnyTile) -> list[AnyTile]:
    return [type(tile)(tile.z, tile.x + dx, tile.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


@unhurried
@given(seed=seeds, is_cut=st.booleans())
def test_each_line_is_drawn_where_it_was_gone(
    conn: psycopg.Connection[Any], seed: int, *, is_cut: bool
) -> None:
    """Over nine tiles, together, it is as long as it is."""
    random = np.random.default_rng(seed)
    middle = some_tile(random, [12, 13, 14, 16, 18], SQUARE)
    fixes = some_fixes(random, middle)
    since_s, until_s = np.sort(random.integers(0, SPAN_S, 2)).tolist() if is_cut else (0, SPAN_S)
    lines = lines_of(fixes, since_s, until_s)
    tiles = around(middle)
    with conn.transaction(force_rollback=True):
        numbers = write(conn, random, fixes)
        see_all(conn)
        features = [drawn(conn, tile, since_s, until_s) for tile in tiles]
    first = {numbers[line.fixes[0]]: line.told for line in lines}
    for told in features:
        ids = [each["id"] for each in told]
        assert len(set(ids)) == len(ids)
        # Of one that is cut it may be that of the whole.
        assert is_cut or [first[each["id"]] for each in told] == [told_of(each) for each in told]
    shapes = [shape_by_line(told) for told in features]
    for tile, found in zip(tiles, shapes, strict=True):
        check(found, lines, tile)
    check_lengths(shapes, lines, middle)


@pytest.mark.parametrize("zoom", [12, 14, 16])
@pytest.mark.parametrize(
    "steps",
    [
        [(0, 0), (3, 1), (0, 0)],
        [(-2, -2), (0, 0), (3, 0), (0, 0)],
        [(-2, -2), (0, 0), (2, 1), (0, 0), (-2, 1)],
        [(0, 0), (1, 0), (3, 0), (1, 0), (0, 0)],
    ],
    ids=["there and back", "into a lane at last", "into a lane between", "by the same places"],
)
def test_where_somebody_turned_back_is_drawn(
    conn: psycopg.Connection[Any], zoom: int, steps: list[tuple[int, int]]
) -> None:
    """Though before and after it he was at the same place."""
    tile = tile_at(WEST + 0.011, SOUTH + 0.011, zoom)
    middle, side = corners_of(tile)[4], np.ptp(corners_of(tile)[:, 0]) / 40
    places = [(middle + side * np.array(step)).round(7).tolist() for step in steps]
    fixes = [Fix("A", 60 * n, 1, *place) for n, place in enumerate(places)]
    with conn.transaction(force_rollback=True):
        write(conn, np.random.default_rng(zoom), fixes)
        see_all(conn)
        found = shape_by_line(drawn(conn, tile, 0, SPAN_S))
    lines = lines_of(fixes, 0, SPAN_S)
    assert len(lines) == len(found) == 1
    check(found, lines, tile)
    check_lengths([found], lines, tile)


def check_lengths(found: list[Drawn], lines: list[Line], tile: AnyTile) -> None:
    """Add up what lies in each of some tiles, which are all that a line meets."""
    zoom = tile.z if isinstance(tile, Tile) else tile.z + 1
    tolerance = SIMPLIFIED * 360 / 2**zoom / UNITS
    wanted, slack = defaultdict[Told, float](float), defaultdict[Told, float](float)
    for line in lines:
        simple = shapely.simplify(line.shape, tolerance, preserve_topology=False)
        length = in_units(simple, tile).length
        wanted[line.told] += length
        slack[line.told] += 2 * shapely.get_num_coordinates(simple)
        if zoom == 12:  # what is kept is simplified twice
            coarse = shapely.simplify(line.shape, 2 * tolerance, preserve_topology=False)
            slack[line.told] += in_units(line.shape, tile).length - in_units(coarse, tile).length
    for told, length in wanted.items():
        there = [each[told] for each in found if told in each]
        pieces = sum(len(each.geoms) for each in there)
        total = sum(map(length_within, there))
        assert total == pytest.approx(length, abs=slack[told] + 4 * pieces)


def length_within(shape: shapely.MultiLineString) -> float:
    """Return how much of lines is in a tile, without the edges of the next ones east and north."""
    legs = np.concatenate(
        [
            np.stack([places[:-1], places[1:]], axis=1)
            for places in map(shapely.get_coordinates, shape.geoms)
        ]
    )
    is_next_one_s = (legs == UNITS).all(axis=1).any(axis=1)
    own = shapely.intersection(shapely.linestrings(legs[~is_next_one_s]), OWN)
    return float(np.sum(shapely.length(own)))


def test_the_tracks_have_all_that_is_tried() -> None:
    """Or the comparisons above would say little."""
    seen = defaultdict[str, int](int)
    for seed in range(20):
        random = np.random.default_rng(seed)
        tile = some_tile(random, [12, 14, 16], SQUARE)
        fixes = some_fixes(random, tile)
        lines = lines_of(fixes, 0, SPAN_S)
        seen["joined"] += sum(line.before is not None for line in lines)
        seen["alone"] += sum(len(line.places) == 1 for line in lines)
        seen["refused"] += sum(not fix.counts for fix in fixes)
        for before, now in itertools.pairwise(fixes):
            if before.device == now.device:
                seen["gap"] += now.at_s - before.at_s > GAP_S
                seen["leap"] += leaps(before, now) and now.at_s - before.at_s <= GAP_S
                seen["hands"] += before.worker != now.worker
        shapes = [in_units(line.shape, tile) for line in lines]
        seen["edges crossed"] += sum(shape.crosses(OWN.exterior) for shape in shapes)
    assert min(seen.values()) >= 10, seen
    assert len(seen) == 7
