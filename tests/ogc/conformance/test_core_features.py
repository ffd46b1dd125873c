"""OGC API Features, part 1: Core, of the features themselves."""

import itertools
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from shapely import box
from shapely.geometry import shape

from tests.ogc.conformance.api import GEOJSON, JSON, Api, rels
from tests.ogc.conformance.asking import check, check_defined, check_links, items, names
from tests.ogc.conformance.schemas import FEATURE, FEATURES
from tests.ogc.conformance.sources import TRAPS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LOCAL = timedelta(hours=8)


def test_core_fc_op(api: Api) -> None:
    for name in names(api):
        answer = api.get(items(name), GEOJSON)
        assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)
    boxes = ("110,20,111.5,20.5", "179,-1,-179,1")
    times = ("2026-01-31", "../2019-12-31", "2026-02-01T00:00:00+08:00/..")
    for bbox, time in itertools.product(boxes, times):
        each, both = ({"bbox": bbox}, {"datetime": time}), {"bbox": bbox, "datetime": time}
        alone, other = ({found["id"] for found in api.features("traps", **one)} for one in each)
        assert alone != other
        assert {found["id"] for found in api.features("traps", **both)} == alone & other


def test_core_fc_response(api: Api) -> None:
    for name in names(api):
        check(api.told(items(name), GEOJSON, limit=50), FEATURES)


def test_core_fc_links(api: Api) -> None:
    for name in names(api):
        check_links(api, api.told(items(name), GEOJSON, limit=2), GEOJSON)
    first = api.told(items("places"), GEOJSON, limit=100)
    pages = list(api.pages("places", limit=100))
    assert [page["numberReturned"] for page in pages] == [100, 100, 43]
    assert rels(first, "next")[0]["type"] == GEOJSON
    assert not rels(pages[-1], "next")
    ids = [feature["id"] for page in pages for feature in page["features"]]
    assert len(ids) == len(set(ids)) == 243


def test_core_fc_timestamp(api: Api) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    told = api.told(items("traps"), GEOJSON)["timeStamp"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", told)
    assert before <= datetime.fromisoformat(told) <= datetime.now(UTC)


def test_core_fc_numbermatched(api: Api) -> None:
    for asked in ({}, {"bbox": "110,20,111.5,20.5"}, {"datetime": "2026-01-31"}, {"ok": "true"}):
        pages = list(api.pages("traps", limit=2, **asked))
        whole = sum(len(page["features"]) for page in pages)
        assert {page["numberMatched"] for page in pages} == {whole}


def test_core_fc_numberreturned(api: Api) -> None:
    for name in names(api):
        for page in api.pages(name, limit=700):
            assert page["numberReturned"] == len(page["features"])


def test_core_fc_bbox_definition(api: Api) -> None:
    lengths = [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]
    check_defined(api, "bbox", type="array", oneOf=lengths, items={"type": "number"})


@pytest.mark.parametrize(
    ("bbox", "parts"),
    [
        ("110.3,20.3,110.6,20.6", [(110.3, 20.3, 110.6, 20.6)]),
        ("111,20,111,21", [(111, 20, 111, 21)]),
        ("110,20,-100,111,21,9000", [(110, 20, 111, 21)]),
        ("170,-10,-170,10", [(170, -10, 180, 10), (-180, -10, -170, 10)]),
        ("-180,-90,180,90", [(-180, -90, 180, 90)]),
    ],
)
def test_core_fc_bbox_response(
    api: Api, bbox: str, parts: list[tuple[float, float, float, float]]
) -> None:
    """What has no geometry is in every box."""
    expected = {
        each["id"]
        for each in TRAPS
        if each["geometry"] is None
        or any(shape(each["geometry"]).intersects(box(*part)) for part in parts)
    }
    answer = api.get(items("traps"), GEOJSON, bbox=bbox)
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    assert {each["id"] for each in answer.json()["features"]} == expected


def test_core_fc_limit_definition(api: Api) -> None:
    check_defined(api, "limit", type="integer", minimum=1)


def test_core_fc_limit_response(api: Api) -> None:
    for limit in (1, 2, 100, 1000):
        assert len(api.told(items("persons"), GEOJSON, limit=limit)["features"]) == limit
    assert len(api.told(items("persons"), GEOJSON, limit=5000)["features"]) == 1000
    assert len(api.told(items("persons"), GEOJSON)["features"]) == 100
    for name in names(api):
        page = api.told(items(name), GEOJSON, limit=2)
        assert len(page["features"]) == min(2, page["numberMatched"])


def test_core_fc_time_definition(api: Api) -> None:
    check_defined(api, "datetime", type="string")


def _start(text: str) -> datetime:
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) - LOCAL
    return datetime.fromisoformat(text)


def _end(text: str) -> datetime:
    if len(text) == 10:
        return _start(text) + timedelta(days=1, microseconds=-1)
    return datetime.fromisoformat(text)


TIMES = {
    "traps": ("since", "until"),
    "events": ("reported_at", "closed_at"),
    "grids": ("valid_from", "valid_to"),
    "areas": ("valid_from", "valid_to"),
}
FAR = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


def _overlaps(start: str | None, end: str | None, first: datetime, last: datetime) -> bool:
    return (_start(start) if start else FAR[0]) <= last and first <= (_end(end) if end else FAR[1])


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ("2026-01-31T00:00:00+08:00", "2026-01-31T00:00:00+08:00", "2026-01-31T00:00:00+08:00"),
        ("2026-01-31", "2026-01-31", "2026-01-31"),
        ("2026-01-30", "2026-01-30", "2026-01-30"),
        (
            "2026-01-30T16:00:00Z/2026-01-31T15:59:59Z",
            "2026-01-30T16:00:00Z",
            "2026-01-31T15:59:59Z",
        ),
        ("2026-02-01/2026-02-02", "2026-02-01", "2026-02-02"),
        ("../2019-12-31", None, "2019-12-31"),
        ("/2026-01-31T00:00:00+08:00", None, "2026-01-31T00:00:00+08:00"),
        ("2020-01-01T08:00:00+08:00/..", "2020-01-01T08:00:00+08:00", None),
        ("2020-01-02/", "2020-01-02", None),
    ],
)  # fmt: skip
def test_core_fc_time_response(api: Api, asked: str, since: str | None, until: str | None) -> None:
    """What has no time is at every time; a day is a day of UTC+8."""
    first = _start(since) if since else FAR[0]
    last = _end(until) if until else FAR[1]
    for name, (start, end) in TIMES.items():
        whole = TRAPS if name == "traps" else api.features(name, datetime="1900-01-01/2100-01-01")
        expected = {
            each["id"]
            for each in whole
            if _overlaps(each["properties"].get(start), each["properties"].get(end), first, last)
        }
        assert {each["id"] for each in api.features(name, datetime=asked)} == expected, name


def test_core_f_op(api: Api) -> None:
    for name in names(api):
        for feature in api.told(items(name), GEOJSON, limit=3)["features"]:
            alone = api.told(f"{items(name)}/{feature['id']}", GEOJSON)
            assert {**alone, "links": None} == {**feature, "links": None}
    assert api.get(f"{items('grids')}/nothing").status_code == 404


def test_core_f_success(api: Api) -> None:
    for name in names(api):
        for feature in api.told(items(name), GEOJSON, limit=3)["features"]:
            check(api.told(f"{items(name)}/{feature['id']}", GEOJSON), FEATURE)
    for code in ("hole", "nowhere", "quoted name"):
        check(api.told(f"{items('traps')}/{code}", GEOJSON), FEATURE)


def test_core_f_links(api: Api) -> None:
    for name in names(api):
        code = api.told(items(name), GEOJSON, limit=1)["features"][0]["id"]
        feature = api.told(f"{items(name)}/{code}", GEOJSON)
        check_links(api, feature, GEOJSON)
        (collection,) = rels(feature, "collection")
        assert collection["href"] == f"{api.root}/collections/{name}"
        assert collection["type"] == JSON
