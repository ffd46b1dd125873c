"""OWSLib reads collections as the database has them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from owslib.ogcapi.features import Features

from gis_gov.ogc.crs import SUPPORTED
from gis_gov.ogc.part import OFFSET_MAX
from tests.ogc.clients.conftest import Reading
from tests.ogc.clients.expected import BOX, EVENTS_IN_BOX, PENDING


def opened(reading: Reading) -> Features:
    headers = {"Authorization": f"Bearer {reading.key}"}
    return Features(f"{reading.address}/", headers=headers)


def page_of(features: Features, collection: str, **asked: object) -> dict[str, Any]:
    return features.collection_items(collection, limit=900, **asked)  # type: ignore[arg-type]


def codes(features: Features, collection: str, **asked: object) -> list[str]:
    """Read all pages of a collection as OWSLib has it: it follows no links, and counts."""
    found: list[str] = []
    while True:
        page = page_of(features, collection, offset=len(found), **asked)
        found += [feature["id"] for feature in page["features"]]
        if all(link["rel"] != "next" for link in page["links"]):
            return found


def test_collections_are_described(reading: Reading) -> None:
    features = opened(reading)
    assert set(features.feature_collections()) == set(reading.collections)
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in (features.conformance()["conformsTo"])
    )
    for name in reading.collections:
        told = features.collection(name)
        assert told["id"] == name
        assert len(told["crs"]) == len(SUPPORTED)
        assert "code" in features.collection_queryables(name)["properties"]
    assert features.collection_queryables("events")["properties"]["state"]["enum"]
    assert features.api()["openapi"].startswith("3.0")


def test_all_features_are_read_page_by_page(reading: Reading) -> None:
    features = opened(reading)
    for collection in reading.collections:
        reading.check(collection, lambda name=collection: codes(features, name))


def test_the_links_lead_past_what_is_counted(reading: Reading) -> None:
    """The token of a link can be given to OWSLib, too, whatever the length of the list."""
    features = opened(reading)
    first = page_of(features, "persons")
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    (after,) = parse_qs(urlsplit(following).query)["after"]
    by_token = page_of(features, "persons", after=after)
    assert by_token["features"] == page_of(features, "persons", offset=900)["features"]
    assert len(by_token["features"]) > 0
    with pytest.raises(RuntimeError, match="offset"):
        page_of(features, "persons", offset=OFFSET_MAX + 1)


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
    for collection, query in reading.collections.items():
        code = reading.codes(query)[0]
        assert features.collection_item(collection, code)["id"] == code
