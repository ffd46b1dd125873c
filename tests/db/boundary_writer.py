"""A writer of boundaries for the state machine of test_any_writer.py."""

import itertools
from typing import Any

import psycopg
import shapely
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from psycopg import sql

STEP = 0.001  # degrees; half a step is the raster of points, so that many lie on shared edges
LEVELS = ("province", "city", "district", "street", "community")

halves = st.integers(min_value=0, max_value=8)
points = st.none() | st.tuples(halves, halves)
boxes = st.tuples(*[st.integers(min_value=0, max_value=4)] * 4).filter(
    lambda box: box[0] < box[2] and box[1] < box[3]
)
# With a hole in its middle, or of two parts: what a box search alone gets wrong.
shapes = st.tuples(boxes, st.sampled_from(["solid", "hole", "parts"]))
picks = st.integers(min_value=0, max_value=7)


def point_wkt(point: tuple[int, int] | None) -> str | None:
    return point and f"SRID=4490;POINT({113 + point[0] * STEP / 2} {23 + point[1] * STEP / 2})"


def shape_wkt(shape: tuple[tuple[int, int, int, int], str]) -> str:
    (west, south, east, north), kind = shape
    outer = shapely.box(113 + west * STEP, 23 + south * STEP, 113 + east * STEP, 23 + north * STEP)
    match kind:
        case "hole":
            outer = outer.difference(shapely.affinity.scale(outer, 0.5, 0.5))
        case "parts":
            outer = shapely.union(outer, shapely.box(113.006, 23, 113.007, 23.004))
    multi = shapely.MultiPolygon(getattr(outer, "geoms", [outer]))
    return f"SRID=4490;{shapely.to_wkt(multi, rounding_precision=-1)}"


class BoundaryWriter(RuleBasedStateMachine):
    """Writes areas and grids as a person with psql would: any column, any shape."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.conn = psycopg.connect(url, options="-c jit=off")
        self.numbers = itertools.count()

    def teardown(self) -> None:
        self.conn.rollback()
        self.conn.close()

    def run(self, query: Any, *values: object) -> list[tuple[Any, ...]]:
        cursor = self.conn.execute(query, values)
        return cursor.fetchall() if cursor.description else []

    def code(self) -> str:
        return f"c{next(self.numbers)}"

    def pick(self, table: str, number: int) -> int | None:
        ids = self.run(sql.SQL("select id from {} order by id").format(sql.Identifier(table)))
        return ids[number % len(ids)][0] if ids else None

    @rule(shape=st.none() | shapes, rank=st.integers(min_value=0, max_value=4))
    def add_area(self, shape: Any, rank: int) -> None:
        self.run(
            "insert into area (code, name, level, geom) values (%s, 'a', %s, %s)",
            self.code(),
            LEVELS[rank],
            shape and shape_wkt(shape),
        )

    @rule(shape=st.none() | shapes, number=picks)
    def move_area(self, shape: Any, number: int) -> None:
        area = self.pick("area", number)
        self.run("update area set geom = %s where id = %s", shape and shape_wkt(shape), area)

    @rule(number=picks, rank=st.integers(min_value=0, max_value=4))
    def change_area(self, number: int, rank: int) -> None:
        try:
            with self.conn.transaction():
                self.run(
                    "update area set level = %s, code = %s, valid_to = %s where id = %s",
                    LEVELS[rank],
                    self.code(),
                    None if rank % 2 else "2026-01-01",
                    self.pick("area", number),
                )
        except psycopg.errors.CheckViolation:
            pass  # its parent or a child forbids the level

    @rule(number=picks, parent=st.none() | picks)
    def change_parent(self, number: int, parent: int | None) -> None:
        try:
            with self.conn.transaction():
                self.run(
                    "update area set parent_id = %s where id = %s",
                    None if parent is None else self.pick("area", parent),
                    self.pick("area", number),
                )
        except psycopg.errors.CheckViolation:
            pass  # the parent must be of a higher level: an area stays where it is

    @rule(number=picks)
    def delete_area(self, number: int) -> None:
        self.run(
            "delete from area where id = %s and id not in (select area_id from grid)"
            " and id not in (select parent_id from area where parent_id is not null)",
            self.pick("area", number),
        )

    @rule(
        shape=shapes,
        layer=st.sampled_from(["base", "base", "exclusive", "micro"]),
        number=picks,
        code=st.sampled_from([f"g{n}" for n in range(9)]),
    )
    def add_grid(self, shape: Any, layer: str, number: int, code: str) -> None:
        area = self.pick("area", number)
        if area is None:
            return  # all are deleted, and a grid belongs to one
        self.run(
            "insert into grid (code, name, layer, area_id, geom) values (%s, 'g', %s, %s, %s)"
            " on conflict (code) do update set geom = excluded.geom, layer = excluded.layer",
            code,
            layer,
            area,
            shape_wkt(shape),
        )

    @rule(number=picks, area=picks, retired=st.booleans())
    def change_grid(self, number: int, area: int, retired: bool) -> None:
        self.run(
            "update grid set area_id = %s, code = %s, valid_to = %s where id = %s",
            self.pick("area", area),
            self.code(),
            "2026-01-01" if retired else None,
            self.pick("grid", number),
        )

    @rule(number=picks)
    def delete_grid(self, number: int) -> None:
        self.run("delete from grid where id = %s", self.pick("grid", number))

    @rule()
    def truncate_grids(self) -> None:
        self.run("truncate grid cascade")
