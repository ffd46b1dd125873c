"""The abstract tests of every class that is declared, by their names in the standards.

A test function is called after its class, in short, and its abstract test: `test_core_fc_op` is
/conf/core/fc-op of OGC API Features, part 1. Where a standard names tests only for others to use
(/conf/core/fc-links is part of /conf/core/fc-response), they are tests of their own here.

They are the ids of the standards' sources, class by class (ogcapi-features at 94e814b of June 2026,
ogcapi-common at 3828187 of August 2026, ogcapi-tiles at dabbe22 of January 2024). There the second
test of /conf/oas30 in part 1 of Features is called oas31/oas-definition-2, by mistake.
"""

FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
COMMON = "http://www.opengis.net/spec/ogcapi-common-"
TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OPENAPI = _ids("completeness exceptions-codes oas-definition-1 oas-definition-2 oas-impl security")
ABSTRACT_TESTS: dict[str, tuple[str, tuple[str, ...]]] = {
    f"{COMMON}1/1.0/conf/core": (
        "common_core",
        _ids(
            "http query-param-name-unknown query-param-value-invalid query-param-capitalization"
            " query-param-list-delimiter query-param-list-escape query-param-list-empty"
            " query-param-value-boolean query-param-value-integer query-param-value-decimal"
            " query-param-value-double"
        ),
    ),
    f"{COMMON}1/1.0/conf/landing-page": (
        "landing_page",
        _ids(
            "root-op root-success api-definition-op api-definition-success conformance-op"
            " conformance-success"
        ),
    ),
    f"{COMMON}1/1.0/conf/json": ("common_json", _ids("definition content")),
    f"{COMMON}1/1.0/conf/html": ("common_html", _ids("definition content")),
    f"{COMMON}1/1.0/conf/oas30": ("common_oas30", _OPENAPI),
    f"{COMMON}2/1.0/conf/collections": (
        "collections",
        _ids(
            "collections-list-op collections-list-success collections-list-links"
            " collections-list-collections description-op description-success description-links"
            " description-extent description-extent-multi"
        ),
    ),
    f"{COMMON}2/1.0/conf/json": ("collections_json", _ids("definition content")),
    f"{COMMON}2/1.0/conf/html": ("collections_html", _ids("definition content")),
    f"{FEATURES}1/1.0/conf/core": (
        "core",
        _ids(
            "http crs84 root-op root-success api-definition-op api-definition-success"
            " conformance-op conformance-success query-param-invalid query-param-unknown fc-md-op"
            " fc-md-success fc-md-links fc-md-items fc-md-items-links fc-md-extent"
            " fc-md-extent-multi sfc-md-op sfc-md-success fc-op fc-response fc-links fc-timeStamp"
            " fc-numberMatched fc-numberReturned fc-bbox-definition fc-bbox-response"
            " fc-limit-definition fc-limit-response fc-time-definition fc-time-response f-op"
            " f-success f-links"
        ),
    ),
    f"{FEATURES}1/1.0/conf/geojson": ("geojson", _ids("definition content")),
    f"{FEATURES}1/1.0/conf/html": ("html", _ids("definition content")),
    f"{FEATURES}1/1.0/conf/oas30": ("oas30", _OPENAPI),
    f"{FEATURES}2/1.0/conf/crs": (
        "crs",
        _ids(
            "crs-uri default-crs storageCrs crs-parameter crs-parameter-invalid"
            " crs-parameter-default crs-parameter-transform bbox-crs-parameter"
            " bbox-crs-parameter-invalid bbox-crs-parameter-default"
        ),
    ),
    f"{FEATURES}3/1.0/conf/queryables": (
        "queryables",
        _ids("get-conformance get-queryables-uris get-queryables"),
    ),
    f"{FEATURES}3/1.0/conf/queryables-query-parameters": (
        "queryables_query_parameters",
        _ids("get-conformance query-param"),
    ),
    f"{FEATURES}3/1.0/conf/filter": (
        "filter",
        _ids(
            "get-conformance filter-param filter-lang-default expression-construction"
            " filter-crs-wgs84 filter-crs-param get-functions"
        ),
    ),
    f"{FEATURES}3/1.0/conf/features-filter": (
        "features_filter",
        _ids("get-conformance get-collections get-collection filter-on-items mixing-expression"),
    ),
    # Part 4 is a draft without abstract tests: these are its requirements, by their names, but for
    # those of GML and of servers that know no CRS (gml-create-replace, gml-srsname, crs-crs84).
    f"{FEATURES}4/1.0/conf/create-replace-delete": (
        "create_replace_delete",
        _ids(
            "methods options-op options-response post-op post-body post-content-type post-response"
            " post-response-rid put-op put-body put-content-type put-response put-rid"
            " put-rid-exception delete-op delete-response"
        ),
    ),
    f"{FEATURES}4/1.0/conf/update": (
        "update",
        _ids("methods update-patch-op update-patch-body update-patch-response rid"),
    ),
    f"{FEATURES}4/1.0/conf/optimistic-locking-etags": (
        "optimistic_locking_etags",
        _ids(
            "get-etag-response put-etag-response patch-etag-response ifmatch-put-op"
            " ifmatch-put-eval ifmatch-patch-op ifmatch-patch-eval"
        ),
    ),
    f"{FEATURES}4/1.0/conf/features": (
        "features",
        _ids(
            "resources-endpoint resource-endpoint collection-endpoint content-crs-header"
            " default-crs crs-other-crs schema geojson-create-replace"
            " representation-geojson-replace update-json-merge-patch"
        ),
    ),
    f"{TILES}core": (
        "tiles_core",
        _ids(
            "conformance-success tc-op tc-tilematrix-definition tc-tilerow-definition"
            " tc-tilecol-definition tc-success tc-error"
        ),
    ),
    f"{TILES}tileset": ("tileset", _ids("description")),
    f"{TILES}tilesets-list": ("tilesets_list", _ids("tileset-links")),
    f"{TILES}dataset-tilesets": ("dataset_tilesets", _ids("landingpage operation")),
    f"{TILES}geodata-tilesets": ("geodata_tilesets", _ids("desc-links operation")),
    f"{TILES}collections-selection": (
        "collections_selection",
        _ids("query-collections collections-response"),
    ),
    f"{TILES}mvt": ("tiles_mvt", _ids("content")),
    f"{TILES}oas30": ("tiles_oas30", _ids("completeness operation-id")),
    f"{CQL2}cql2-text": ("cql2_text", _ids("validate escaping")),
    f"{CQL2}cql2-json": ("cql2_json", _ids("validate")),
    f"{CQL2}basic-cql2": (
        "basic_cql2",
        _ids("basic-test comparison is-null boolean test-data logical"),
    ),
    f"{CQL2}advanced-comparison-operators": (
        "advanced_comparison_operators",
        _ids("like between in test-data logical"),
    ),
    f"{CQL2}case-insensitive-comparison": (
        "case_insensitive_comparison",
        _ids("casei casei-like test-data logical"),
    ),
    f"{CQL2}accent-insensitive-comparison": (
        "accent_insensitive_comparison",
        _ids("accenti accenti-like accenti-casei accenti-casei-like test-data logical"),
    ),
    f"{CQL2}basic-spatial-functions": (
        "basic_spatial_functions",
        _ids("s_intersects test-data logical"),
    ),
    f"{CQL2}basic-spatial-functions-plus": (
        "basic_spatial_functions_plus",
        _ids("s_intersects test-data"),
    ),
    f"{CQL2}spatial-functions": (
        "spatial_functions",
        _ids(
            "s_intersects s_disjoint s_equals s_touches s_crosses s_within s_contains s_overlaps"
            " test-data logical"
        ),
    ),
    f"{CQL2}temporal-functions": (
        "temporal_functions",
        _ids("temporal-functions-1 temporal-functions-2 test-data logical"),
    ),
    f"{CQL2}array-functions": ("array_functions", _ids("array-predicates logical")),
    f"{CQL2}property-property": (
        "property_property",
        _ids(
            "comparison-value-property comparison-property-property comparison-value-value"
            " test-data logical"
        ),
    ),
    f"{CQL2}functions": ("functions", _ids("functions")),
    f"{CQL2}arithmetic": ("arithmetic", _ids("arithmetic test-data logical")),
}


def names_of(declared: str) -> set[str]:
    """Return how the tests of a class are called here."""
    prefix, ids = ABSTRACT_TESTS[declared]
    return {f"test_{prefix}_{each.replace('-', '_').lower()}" for each in ids}
