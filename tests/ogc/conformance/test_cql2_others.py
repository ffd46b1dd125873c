"""CQL2: times, lists, properties on both sides, functions, arithmetic, and both of its forms."""

import itertools
import json

import cql2
import pytest

from tests.ogc.conformance.api import LANGUAGES, Api, Language
from tests.ogc.conformance.evaluating import (
    check_apart,
    check_combined,
    check_expected,
    check_same,
    queryables_of,
)
from tests.ogc.conformance.predicates import (
    ACCENTI,
    ADVANCED,
    ARITHMETIC,
    BASIC,
    CASEI,
    LITERALS,
    PROPERTIES,
    SIGNS,
    Expected,
)
from tests.ogc.conformance.sources import TRAPS, features
from tests.ogc.conformance.spatial_predicates import (
    ALL_SPATIAL,
    AROUND,
    BASIC_SPATIAL,
    INSIDE,
    INTERSECTING,
    MORE_LITERALS,
    SYMMETRIC,
    named,
    turned,
)
from tests.ogc.conformance.temporal_predicates import (
    OF_INTERVALS,
    SIMPLE,
    TEMPORAL,
    TEMPORAL_TURNED,
)

CLASSES = (
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
)
in_both = pytest.mark.parametrize("language", LANGUAGES)
TIMES = {
    "date-time": (
        "TIMESTAMP('2022-04-24T07:59:57Z')",
        "INTERVAL('2021-01-01T00:00:00Z','2021-12-31T23:59:59Z')",
    ),
    "date": ("DATE('2022-04-24')", "INTERVAL('2021-01-01','2021-12-31')"),
}
LISTS: list[Expected] = [
    ("traps", "A_CONTAINS(tags,('b'))", 2),
    ("traps", "A_CONTAINEDBY(tags,('a','b','c'))", 3),
    ("traps", "A_EQUALS(tags,('bar','foo'))", 1),
    ("traps", "A_OVERLAPS(tags,('foo','a'))", 2),
    ("traps", "A_CONTAINS(('a','b'),tags)", 3),
]
OF_TRAPS: list[Expected] = [
    ("traps", "n > 0", 2),
    ("traps", "ok = true", 1),
    ("traps", "name IS NULL", 4),
]


@in_both
def test_temporal_functions_temporal_functions_1(api: Api, language: Language) -> None:
    for collection, name, kind in queryables_of(api, language, *TIMES):
        for op, time in itertools.product(SIMPLE, TIMES[kind]):
            api.count(collection, f"{op.upper()}({name},{time})", language)


@in_both
def test_temporal_functions_temporal_functions_2(api: Api, language: Language) -> None:
    found = list(queryables_of(api, language, *TIMES))
    for (first, a, kind), (second, b, other) in itertools.combinations(found, 2):
        if first == second and kind == other:
            for op in (*SIMPLE, *OF_INTERVALS):
                text = f"{op.upper()}(INTERVAL({a},{b}),{TIMES[kind][1]})"
                api.count(first, text, language)


@in_both
def test_temporal_functions_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, TEMPORAL)


@in_both
def test_temporal_functions_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *TEMPORAL])


@in_both
def test_array_functions_array_predicates(api: Api, language: Language) -> None:
    found = list(queryables_of(api, language, "array"))
    assert found
    for collection, name, _ in found:
        for op in ("A_CONTAINS", "A_CONTAINEDBY", "A_EQUALS", "A_OVERLAPS"):
            api.count(collection, f"{op}({name},('foo','bar'))", language)
    check_expected(api, language, LISTS)


@in_both
def test_array_functions_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*OF_TRAPS, *LISTS])


@in_both
def test_property_property_comparison_value_property(api: Api, language: Language) -> None:
    for collection, name, kind in queryables_of(api, language, *LITERALS):
        value = LITERALS[kind]
        for left, right in (("=", "<>"), (">", "<="), ("<", ">=")):
            texts = (f"{value} {left} {name}", f"{value} {right} {name}")
            check_apart(api, language, collection, *texts)


@in_both
def test_property_property_comparison_property_property(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, *LITERALS):
        for sign in ("<>", "<", ">"):
            assert api.count(collection, f"{name} {sign} {name}", language) == 0
        same = [f"{name} {sign} {name}" for sign in ("=", ">=", "<=")]
        check_same(api, language, collection, *same)


@in_both
def test_property_property_comparison_value_value(api: Api, language: Language) -> None:
    for value, sign in itertools.product(LITERALS.values(), SIGNS):
        expected = len(TRAPS) if sign in {"=", ">=", "<="} else 0
        assert api.count("traps", f"{value} {sign} {value}", language) == expected


@in_both
def test_property_property_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, PROPERTIES)
    check_expected(api, language, turned(*INTERSECTING, *SYMMETRIC))
    other_sides = [*named("S_CONTAINS", INSIDE), *named("S_WITHIN", AROUND)]
    check_expected(api, language, turned(*other_sides))
    check_expected(api, language, TEMPORAL_TURNED)


@in_both
def test_property_property_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *ADVANCED, *TEMPORAL, *PROPERTIES, *TEMPORAL_TURNED])


@in_both
def test_functions_functions(api: Api, language: Language) -> None:
    (function,) = api.told("/functions")["functions"]
    assert (function["name"], function["returns"]) == ("S_DWITHIN", ["boolean"])
    assert [each["type"] for each in function["arguments"]] == [
        ["geometry"], ["geometry"], ["number"],
    ]  # fmt: skip
    near = "S_DWITHIN(geometry,POINT(12.4533865 41.9032822),5000)"
    found = api.found("places", near, language)
    assert found == {"places1", "places227"}
    everything = {each["id"] for each in features("places")}
    assert api.found("places", f"NOT {near}", language) == everything - found
    assert api.found("places", f"{near} AND name = 'Rome'", language) == {"places227"}
    assert api.found("places", f"{near} = TRUE", language) == found
    assert api.count("traps", "S_DWITHIN(geometry,POINT(1 2),1) IS NULL", language) == 1


@in_both
def test_arithmetic_arithmetic(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "number", "integer"):
        for text in (f"{name}+1>{name}", f"2*({name}-1)/3<={name}^2", f"{name}%2<{name} div 2"):
            api.count(collection, text, language)


@in_both
def test_arithmetic_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, ARITHMETIC)


@in_both
def test_arithmetic_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *ADVANCED, *PROPERTIES, *ARITHMETIC])


EVERYTHING = [
    *BASIC, *ADVANCED, *CASEI, *ACCENTI, *BASIC_SPATIAL, *MORE_LITERALS, *ALL_SPATIAL,
    *TEMPORAL, *OF_TRAPS, *LISTS, *PROPERTIES, *ARITHMETIC,
]  # fmt: skip


def test_cql2_text_validate(api: Api) -> None:
    """The other tests are run with it; what another writer makes of filters finds the same."""
    rewritten = [
        (source, cql2.parse_text(text).to_text(), count) for source, text, count in EVERYTHING
    ]
    check_expected(api, "cql2-text", rewritten)


def test_cql2_text_escaping(api: Api) -> None:
    controls = r"a\tb\nc\a\b\v\f\r"
    assert api.found("traps", f"name = '{controls}'") == {"multi_part"}
    for written in (r"it''s", r"it\'s"):
        assert api.found("traps", f"name = '{written}'") == {"shared_edge"}
        assert api.found("traps", f"name LIKE '%{written}'") == {"shared_edge"}
    assert api.found("traps", r"name LIKE '%\%\_%'") == {"quoted name"}


def test_cql2_json_validate(api: Api) -> None:
    """The other tests are run with it; here as one object of all filters of a source."""
    for source in sorted({source for source, _, _ in EVERYTHING}):
        trees = [cql2.parse_text(text).to_json() for each, text, _ in EVERYTHING if each == source]
        both = {
            "op": "and",
            "args": [{"op": "or", "args": trees[:20]}, {"op": "not", "args": [False]}],
        }
        asked = {"filter": json.dumps(both), "filter-lang": "cql2-json", "limit": 1000}
        answer = api.client.get(f"/collections/{source}/items", params=asked)
        assert answer.status_code == 200, answer.text
        ids = {each["id"] for each in answer.json()["features"]}
        texts = [text for each, text, _ in EVERYTHING if each == source][:20]
        assert ids == set().union(*(api.found(source, text) for text in texts))
