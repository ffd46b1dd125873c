"""CQL2: Basic CQL2, advanced comparison operators, comparison without case or accents."""

import pytest

from tests.ogc.conformance.api import LANGUAGES, Api, Language
from tests.ogc.conformance.combinations import COMBINATIONS
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
    BASIC,
    CASEI,
    LITERALS,
    SPATIAL,
    kind_of,
)

pytestmark = pytest.mark.parametrize("language", LANGUAGES)
CLASSES = (
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
)


def test_basic_cql2_basic_test(api: Api, language: Language) -> None:
    for collection in api.collections():
        kinds = [kind_of(schema) for schema in api.queryables(collection["id"]).values()]
        assert set(kinds) <= {*LITERALS, SPATIAL, "array"}
        assert set(kinds) & set(LITERALS)


def test_basic_cql2_comparison(api: Api, language: Language) -> None:
    for collection, name, kind in queryables_of(api, language, *LITERALS):
        value = LITERALS[kind]
        for left, right in (("=", "<>"), (">", "<="), ("<", ">=")):
            texts = (f"{name} {left} {value}", f"{name} {right} {value}")
            check_apart(api, language, collection, *texts)


def test_basic_cql2_is_null(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, *LITERALS, SPATIAL, "array"):
        check_apart(api, language, collection, f"{name} IS NULL", f"{name} is not null")


def test_basic_cql2_boolean(api: Api, language: Language) -> None:
    for collection in api.collections():
        assert api.count(collection["id"], "false", language) == 0
        whole = api.told(f"/collections/{collection['id']}/items?limit=1")["numberMatched"]
        assert api.count(collection["id"], "true", language) == whole


def test_basic_cql2_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, BASIC)


def test_basic_cql2_logical(api: Api, language: Language) -> None:
    check_expected(api, language, COMBINATIONS)
    check_combined(api, language, BASIC)


def test_advanced_comparison_operators_like(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        check_apart(api, language, collection, f"{name} like '_%'", f"{name} like ''")
        check_same(api, language, collection, f"{name} LIKE '%'", f"{name} like '%%'")
        api.count(collection, rf"{name} like '\%\_'", language)


def test_advanced_comparison_operators_between(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "number", "integer"):
        api.count(collection, f"{name} BETWEEN 0 AND 100", language)
        assert api.count(collection, f"{name} between 100.0 and 1.0", language) == 0


def test_advanced_comparison_operators_in(api: Api, language: Language) -> None:
    lists = {
        "number": "(1, 2, 3)",
        "integer": "(1, 2, 3)",
        "string": "('foo', 'bar')",
        "boolean": "(true)",
        "date-time": "('2022-04-14T14:52:56Z', '2022-04-14T15:52:56Z')",
        "date": "('2022-04-14', '2022-04-15')",
    }
    for collection, name, kind in queryables_of(api, language, *lists):
        api.count(collection, f"{name} in {lists[kind]}", language)


def test_advanced_comparison_operators_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, ADVANCED)


def test_advanced_comparison_operators_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *ADVANCED])


def test_case_insensitive_comparison_casei(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        texts = (f"CASEI({name}) = casei('foo')", f"CASEI({name}) <> casei('FOO')")
        check_apart(api, language, collection, *texts)


def test_case_insensitive_comparison_casei_like(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        texts = (f"CASEI({name}) LIKE casei('foo%')", f"CASEI({name}) LIKE casei('FOO%')")
        check_same(api, language, collection, *texts)


def test_case_insensitive_comparison_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, CASEI)


def test_case_insensitive_comparison_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *ADVANCED, *CASEI])


def test_accent_insensitive_comparison_accenti(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        texts = (f"ACCENTI({name}) = accenti('äöüéáí')", f"ACCENTI({name}) <> accenti('aoueai')")
        check_apart(api, language, collection, *texts)


def test_accent_insensitive_comparison_accenti_like(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        texts = (f"ACCENTI({name}) LIKE accenti('Ä%')", f"ACCENTI({name}) LIKE accenti('A%')")
        check_same(api, language, collection, *texts)


def test_accent_insensitive_comparison_accenti_casei(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        both = f"ACCENTI(CASEI({name}))"
        texts = (f"{both} = accenti(casei('ÄÉ'))", f"{both} = accenti(casei('ae'))")
        check_same(api, language, collection, *texts)


def test_accent_insensitive_comparison_accenti_casei_like(api: Api, language: Language) -> None:
    for collection, name, _ in queryables_of(api, language, "string"):
        both = f"ACCENTI(CASEI({name}))"
        texts = (f"{both} LIKE accenti(casei('Ä%'))", f"{both} LIKE accenti(casei('a%'))")
        check_same(api, language, collection, *texts)


def test_accent_insensitive_comparison_test_data(api: Api, language: Language) -> None:
    check_expected(api, language, ACCENTI)


def test_accent_insensitive_comparison_logical(api: Api, language: Language) -> None:
    check_combined(api, language, [*BASIC, *ADVANCED, *CASEI, *ACCENTI])
