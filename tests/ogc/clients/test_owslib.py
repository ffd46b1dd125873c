"""OWSLib reads collections as the database has them."""

from urllib.parse import parse_qs, urlsplit

from owslib.ogcapi.features import Features

from tests.ogc.clients.conftest import Reading
from tests.ogc.clients.expected import BOX, CODES, EVENTS_IN_BOX, PENDING


def opened(reading: Reading) -> Features:
    headers = {"Authorization": f"Bearer {reading.key}"}
    return Features(f"{reading.address}/", headers=headers)


def codes(features: Features, collection: str, **asked: object) -> list[str]:
    """Follow the pages of a collection."""
    page = features.collection_items(collection, limit=900, **asked)  # type: ignore[arg-type]
    found = [feature["id"] for feature in page["features"]]
    following = [link["href"] for link in page["links"] if link["rel"] == "next"]
    if following:
        (after,) = parse_qs(urlsplit(following[0]).query)["after"]
        return found + codes(features, collection, **{**asked, "after": after})
    return found


def test_collections_are_described(reading: Reading) -> None:
    features = opened(reading)
    assert set(CODES) <= set(features.feature_collections())
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in (features.conformance()["conformsTo"])
    )
    grids = features.collection("grids")
    assert grids["id"] == "grids"
    assert features.collection_queryables("events")["properties"]["state"]["enum"]
    assert features.api()["openapi"].startswith("3.0")


def test_all_features_are_read_page_by_page(reading: Reading) -> None:
    features = opened(reading)
    for collection, query in CODES.items():
        assert sorted(codes(features, collection)) == reading.codes(query), collection


def test_boxes_and_filters_are_asked_of_the_server(reading: Reading) -> None:
    features = opened(reading)
    assert codes(features, "events", bbox=list(BOX)) == reading.codes(EVENTS_IN_BOX)
    text = "state = 'pending' AND reported_at >= TIMESTAMP('2025-06-01T00:00:00+08:00')"
    assert codes(features, "events", filter=text) == reading.codes(PENDING)
    newest = codes(features, "events", sortby=("reported_at", "desc"), datetime_="2025-06-01/..")
    assert newest == reading.codes(
        "select code from event where closed_at is null or closed_at >= '2025-06-01 00:00+08'"
        " order by reported_at desc, code"
    )


def test_one_feature_is_read(reading: Reading) -> None:
    features = opened(reading)
    for collection, query in CODES.items():
        code = reading.codes(query)[0]
        assert features.collection_item(collection, code)["id"] == code
