"""What spatial and temporal filters find in the data of the CQL2 tests, as the standard says."""

from tests.ogc.conformance.predicates import Expected

WORLD = "BBOX(-180,-90,180,90)"
WORLD_POLYGON = "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"
WEST = "BBOX(-180,-90,0,90)"
_BOX, _BOX_POLYGON = "BBOX(0,40,10,50)", "POLYGON((0 40,10 40,10 50,0 50,0 40))"
_PACIFIC, _TRIER = "BBOX(150,-90,-150,90)", "POINT(7.02 49.92)"
_DIAGONAL, _MERIDIAN = "LINESTRING(0 40,10 50)", "LINESTRING(-60 -90,-60 90)"
_LUXEMBOURG = "POINT(6.1300028 49.6116604)"
_CORNERS = (
    "6.043073357781111 50.128051662794235",
    "6.242751092156993 49.90222565367873",
    "6.186320428094177 49.463802802114515",
    "5.897759230176348 49.44266714130711",
    "5.674051954784829 49.529483547557504",
    "5.782417433300907 50.09032786722122",
)
_COUNTRY = f"POLYGON(({','.join((*_CORNERS, _CORNERS[0]))}))"
_BORDER = f"LINESTRING({_CORNERS[0]},{_CORNERS[1]})"

Relation = tuple[str, str, str, int]


def _on_geometry(*relations: Relation) -> list[Expected]:
    return [(source, f"{op}(geometry,{shape})", n) for source, op, shape, n in relations]


def turned(*relations: Relation) -> list[Expected]:
    """Write relations with the geometry of the data second."""
    return [(source, f"{op}({shape},geometry)", n) for source, op, shape, n in relations]


INTERSECTING: list[Relation] = [
    ("countries", "S_INTERSECTS", _BOX, 8),
    ("countries", "S_INTERSECTS", _PACIFIC, 10),
    ("countries", "S_INTERSECTS", _TRIER, 1),
    ("places", "S_INTERSECTS", _BOX, 7),
    ("rivers", "S_INTERSECTS", WEST, 4),
]
_IN_BOX, _IN_NORTH = f"S_INTERSECTS(geometry,{_BOX})", "S_INTERSECTS(geometry,BBOX(5,50,10,60))"
BASIC_SPATIAL: list[Expected] = [
    *_on_geometry(*INTERSECTING),
    ("countries", f"{_IN_BOX} and {_IN_NORTH}", 3),
    ("countries", f"{_IN_BOX} and not {_IN_NORTH}", 5),
    ("countries", f"{_IN_BOX} or S_INTERSECTS(geometry,BBOX(-90,40,-60,50))", 10),
]

HOLED = (
    "(-180 -90, -90 -90, -90 90, -180 90, -180 -90),"
    " (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50)"
)
GULF = "(0 0, 10 0, 10 10, 0 10, 0 0)"
LITERALS = {
    "LINESTRING(-180 -45, 0 -45)": 2,
    "MULTILINESTRING((-180 -45, 0 -45), (0 45, 180 45))": 14,
    f"POLYGON({HOLED})": 8,
    f"MULTIPOLYGON(({HOLED}),({GULF}))": 15,
    f"GEOMETRYCOLLECTION(POINT(7.02 49.92), POLYGON({GULF}))": 8,
}
_NORTH_WEST = "POLYGON((-130 0, 0 0, 0 50, -130 50, -130 0))"
_WEST_COAST = f"S_INTERSECTS(geometry,POLYGON({HOLED}))"
MORE_LITERALS: list[Expected] = [
    *(("countries", f"S_INTERSECTS(geometry,{shape})", n) for shape, n in LITERALS.items()),
    ("countries", f"{_WEST_COAST} or S_INTERSECTS(geometry,POLYGON({GULF}))", 15),
    (
        "countries",
        f"{_WEST_COAST} and not S_INTERSECTS(geometry,{_NORTH_WEST})",
        3,
    ),
]
# The same with the geometry of the data second.
SYMMETRIC: list[Relation] = [
    ("countries", "S_INTERSECTS", _BOX_POLYGON, 8),
    ("countries", "S_INTERSECTS", _DIAGONAL, 4),
    ("places", "S_INTERSECTS", _BOX_POLYGON, 7),
    ("rivers", "S_INTERSECTS", _MERIDIAN, 2),
    ("countries", "S_DISJOINT", _BOX, 169),
    ("countries", "S_DISJOINT", _BOX_POLYGON, 169),
    ("countries", "S_DISJOINT", _DIAGONAL, 173),
    ("countries", "S_DISJOINT", _TRIER, 176),
    ("places", "S_DISJOINT", _BOX, 236),
    ("places", "S_DISJOINT", _BOX_POLYGON, 236),
    ("rivers", "S_DISJOINT", WEST, 9),
    ("rivers", "S_DISJOINT", _MERIDIAN, 11),
    ("places", "S_EQUALS", _LUXEMBOURG, 1),
    ("countries", "S_TOUCHES", _COUNTRY, 3),
    ("countries", "S_TOUCHES", f"POINT({_CORNERS[0]})", 3),
    ("countries", "S_TOUCHES", f"POINT({_CORNERS[1]})", 2),
    ("countries", "S_TOUCHES", _BORDER, 3),
    ("rivers", "S_CROSSES", _BOX, 1),
    ("rivers", "S_CROSSES", _MERIDIAN, 2),
    ("countries", "S_OVERLAPS", WEST, 11),
]
INSIDE: list[Relation] = [
    ("countries", "", WEST, 44),
    ("places", "", WEST, 74),
    ("rivers", "", WEST, 4),
]
AROUND: list[Relation] = [
    ("countries", "", "BBOX(7,50,8,51)", 1),
    ("countries", "", "LINESTRING(7 50,8 51)", 1),
    ("countries", "", _TRIER, 1),
]


def named(op: str, relations: list[Relation]) -> list[Relation]:
    """Name a relation that is called otherwise when its sides are turned."""
    return [(source, op, shape, n) for source, _, shape, n in relations]


ALL_SPATIAL: list[Expected] = _on_geometry(
    *SYMMETRIC, *named("S_WITHIN", INSIDE), *named("S_CONTAINS", AROUND)
)
