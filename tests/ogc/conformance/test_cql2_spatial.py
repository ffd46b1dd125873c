"""CQL2: the classes of spatial functions."""

import pytest
from shapely import MultiPoint, box
from shapely.geometry import shape

from tests.ogc.conformance.api import LANGUAGES, Api, Language
from tests.ogc.conformance.evaluating import (
    check_apart,
    check_combined,
    check_expected,
    check_same,
    queryables_of,
)
from tests.ogc.conformance.predicates import BASIC, SPATIAL
from tests.ogc.conformance.sources import TRAPS
from tests.ogc.conformance.spatial_predicates import (
    ALL_SPATIAL,
    BASIC_SPATIAL,
    LITERALS,
    MORE_LITERALS,
    WORLD,
    WORLD_POLYGON,
)

pytestmark = pytest.mark.parametrize("language", LANGUAGES)
CLASSES = (
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
)
LINE, POINT, OFF_EARTH = "LINESTRING(7 50,10 51)", "POINT(7.02 49.92)", "POINT(90 180)"
POINTS = "MULTIPOINT(7 50,10 51)"


def spatial(api: Api, language: Language) -> list[str]:
    """Return the collections that have a geometry."""
    return [collection for collection, _, _ in queryables_of(api, language, SPATIAL)]


def refuses(api: Api, language: Language, collection: str, text: str) -> bool:
    return api.filtered(collection, text, language).status_code == 400


def test_basic_spatial_functions_s_intersects(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        api.count(collection, f"S_INTERSECTS(geometry,{WORLD})", language)
        api.count(collection, f"S_INTERSECTS(geometry,{POINT})", language)
        assert refuses(api, language, collection, f"S_INTERSECTS(geometry,{OFF_EARTH})")
        both = (
            "S_INTERSECTS(geometry,BBOX(-180,-90,-90,90))"
            " AND S_INTERSECTS(geometry,BBOX(90,-90,180,90))"
        )
        api.count(collection, both, language)


def test_basic_spatial_functions_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, BASIC_SPATIAL)


def test_basic_spatial_functions_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *BASIC_SPATIAL])


def test_basic_spatial_functions_plus_s_intersects(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        off = "S_INTERSECTS(geometry,MULTIPOINT(7.02 49.92, 90 180))"
        assert refuses(api, language, collection, off)
        for literal in LITERALS:
            api.count(collection, f"S_INTERSECTS(geometry,{literal})", language)


def test_basic_spatial_functions_plus_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, MORE_LITERALS)


def test_spatial_functions_s_intersects(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        worlds = [f"S_INTERSECTS(geometry,{each})" for each in (WORLD, WORLD_POLYGON)]
        check_same(api, language, collection, *worlds)
        for each in (LINE, POINT):
            api.count(collection, f"S_INTERSECTS(geometry,{each})", language)
        assert refuses(api, language, collection, f"S_INTERSECTS(geometry,{OFF_EARTH})")


def test_spatial_functions_s_disjoint(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        for each in (WORLD, WORLD_POLYGON):
            assert api.count(collection, f"S_DISJOINT(geometry,{each})", language) == 0
        for each in (LINE, POINT):
            texts = [f"{op}(geometry,{each})" for op in ("S_DISJOINT", "S_INTERSECTS")]
            check_apart(api, language, collection, *texts)
        assert refuses(api, language, collection, f"S_DISJOINT(geometry,{OFF_EARTH})")


def test_spatial_functions_s_equals(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        texts = [f"S_EQUALS(geometry,{each})" for each in (WORLD_POLYGON, LINE)]
        check_same(api, language, collection, *texts)
        api.count(collection, f"S_EQUALS(geometry,{POINT})", language)


def test_spatial_functions_s_touches(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        for each in (WORLD, WORLD_POLYGON, LINE):
            api.count(collection, f"S_TOUCHES(geometry,{each})", language)


def test_spatial_functions_s_crosses(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        for each in (WORLD, WORLD_POLYGON, LINE):
            api.count(collection, f"S_CROSSES(geometry,{each})", language)


def test_spatial_functions_s_within(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        texts = [f"S_WITHIN(geometry,{each})" for each in (WORLD, WORLD_POLYGON)]
        check_same(api, language, collection, *texts)
        for each in (LINE, POINTS):
            api.count(collection, f"S_WITHIN(geometry,{each})", language)


def test_spatial_functions_s_contains(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        texts = [f"S_CONTAINS(geometry,{each})" for each in (WORLD, WORLD_POLYGON)]
        check_same(api, language, collection, *texts)
        for each in (WORLD, WORLD_POLYGON, LINE, POINTS):
            texts = [f"{op}(geometry,{each})" for op in ("S_CONTAINS", "S_WITHIN")]
            check_apart(api, language, collection, *texts)


def test_spatial_functions_s_overlaps(api: Api, language: Language) -> None:
    for collection in spatial(api, language):
        for each in (POINTS, LINE, WORLD_POLYGON):
            api.count(collection, f"S_OVERLAPS(geometry,{each})", language)


def test_spatial_functions_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, ALL_SPATIAL)
    check_traps(api, language)


def check_traps(api: Api, language: Language) -> None:
    """Holes, shared edges and points on them lie to each other as shapely says."""
    others = {
        "BBOX(110.25,20.25,110.75,20.75)": box(110.25, 20.25, 110.75, 20.75),
        "BBOX(110.3,20.3,110.6,20.6)": box(110.3, 20.3, 110.6, 20.6),
        "BBOX(111,20,112,21)": box(111, 20, 112, 21),
        "MULTIPOINT(110 20,111 21)": MultiPoint([(110, 20), (111, 21)]),
    }
    names = ("intersects", "disjoint", "equals", "touches", "crosses", "within", "contains")
    for literal, other in others.items():
        for name in (*names, "overlaps"):
            expected = {
                each["id"]
                for each in TRAPS
                if each["geometry"] and getattr(shape(each["geometry"]), name)(other)
            }
            text = f"S_{name.upper()}(geometry,{literal})"
            assert api.found("traps", text, language) == expected, text


def test_spatial_functions_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *BASIC_SPATIAL, *MORE_LITERALS, *ALL_SPATIAL])
