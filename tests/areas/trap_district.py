"""A small district that holds each trap of locating, by name.

Grids of 0.01 degree, `a` to `d` around one common corner, `b` with a hole that an exclusive grid
fills, `c` in two parts, `d` overlaid by two exclusive grids, one of them reaching beyond it.
"""

from typing import Final

import psycopg

WEST, SOUTH, SIDE = 113.30, 22.90, 0.01
MIDDLE = (WEST + SIDE, SOUTH + SIDE)

DISTRICT = ("440199000000", "测试区")
STREET = ("440199001000", "第一街道")
COMMUNITY = ("440199001001", "第一社区")
DIRECT_COMMUNITY = ("440199900001", "直属社区")

BOXES: Final = {
    # code: (community, layer, valid_to, list of (west, south, east, north) in sides, hole)
    "a": (COMMUNITY, "base", None, [(0, 0, 1, 1)], None),
    "b": (COMMUNITY, "base", None, [(1, 0, 2, 1)], (1.4, 0.4, 1.6, 0.6)),
    "c": (COMMUNITY, "base", None, [(0, 1, 1, 2), (0, 3, 1, 4)], None),
    "d": (DIRECT_COMMUNITY, "base", None, [(1, 1, 2, 2)], None),
    "x-cut-out": (COMMUNITY, "exclusive", None, [(1.4, 0.4, 1.6, 0.6)], None),
    "x-overlay": (DIRECT_COMMUNITY, "exclusive", None, [(1.2, 1.2, 1.8, 1.8)], None),
    "x-beyond": (DIRECT_COMMUNITY, "exclusive", None, [(1.5, 1.5, 2.5, 1.7)], None),
    "A-retired": (COMMUNITY, "base", "2024-01-01", [(0, 0, 2, 2)], None),
    "A-second": (COMMUNITY, "second", None, [(0, 0, 2, 2)], None),
    "A-micro": (COMMUNITY, "micro", None, [(0, 0, 0.5, 0.5)], None),
}


def at(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of a place given in sides from the south-western corner."""
    return WEST + x * SIDE, SOUTH + y * SIDE


# Each trap's point, the grid that it belongs to, and the exclusive grids that cover it.
TRAPS: dict[str, tuple[tuple[float, float], str | None, list[str]]] = {
    "inside": (at(0.5, 0.5), "a", []),
    "shared_edge": (at(1, 0.25), "a", []),
    "shared_vertex": (MIDDLE, "a", []),
    "outer_vertex": (at(0, 0), "a", []),
    "in_the_other_part": (at(0.5, 3.5), "c", []),
    "between_the_parts": (at(0.5, 2.5), None, []),
    "exclusive_cut_out": (at(1.5, 0.5), "x-cut-out", ["x-cut-out"]),
    "edge_of_hole": (at(1.4, 0.5), "b", ["x-cut-out"]),
    "exclusive_overlay": (at(1.3, 1.3), "d", ["x-overlay"]),
    "two_exclusives": (at(1.6, 1.6), "d", ["x-beyond", "x-overlay"]),
    "exclusive_beyond": (at(2.3, 1.6), "x-beyond", ["x-beyond"]),
    "in_no_grid": (at(5, 5), None, []),
    "in_nothing": (at(50, 0.5), None, []),
}


def box_wkt(west: float, south: float, east: float, north: float) -> str:
    """Return the ring of a box given in sides."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return "(" + ", ".join("{:.12f} {:.12f}".format(*at(x, y)) for x, y in corners) + ")"


def wkt(boxes: list[tuple[float, ...]], hole: tuple[float, ...] | None = None) -> str:
    """Return the multipolygon of boxes, the hole cut out of the first."""
    polygons = [[box_wkt(*box)] for box in boxes]
    if hole:
        polygons[0].append(box_wkt(*hole))
    return f"multipolygon({', '.join('(' + ', '.join(rings) + ')' for rings in polygons)})"


def write_trap_district(url: str) -> None:
    """Write the district into an empty, migrated database."""
    reach = wkt([(-2, -2, 6, 6)])
    direct = wkt([(1, 1, 4, 3)])
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.execute(
            """
            insert into area (code, name, level, parent_id, valid_to, geom) values
            (%s, %s, 'district', null, null, st_geomfromtext(%s, 4490)),
            (%s, %s, 'street', 1, null, null),
            (%s, %s, 'community', 2, null, null),
            (%s, %s, 'community', 1, null, st_geomfromtext(%s, 4490)),
            ('440199000009', '旧区', 'district', null, '2020-01-01', st_geomfromtext(%s, 4490))
            """,
            [*DISTRICT, reach, *STREET, *COMMUNITY, *DIRECT_COMMUNITY, direct, reach],
        )
        cursor.executemany(
            """
            insert into grid (code, name, layer, area_id, valid_to, geom)
            select %s, %s, %s, id, %s, st_geomfromtext(%s, 4490) from area where code = %s
            """,
            [
                (code, f"网格{code}", layer, valid_to, wkt(boxes, hole), community[0])
                for code, (community, layer, valid_to, boxes, hole) in BOXES.items()
            ],
        )
