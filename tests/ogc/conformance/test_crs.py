"""OGC API Features, part 2: coordinate reference systems by reference."""

import itertools
import json
import re

import numpy as np
import pytest
import shapely
from shapely import box
from shapely.geometry import shape

from tests.ogc.conformance.api import GEOJSON, Api
from tests.ogc.conformance.asking import check, items, names
from tests.ogc.conformance.placing import (
    CRS84,
    EPSG,
    EVERY,
    KNOWN,
    Bounds,
    around,
    back,
    box_in,
    is_metric,
    told_in,
)
from tests.ogc.conformance.schemas import FEATURE, FEATURES
from tests.ogc.conformance.sources import SOURCES

URI = re.compile(r"http://www\.opengis\.net/def/crs/(OGC/1\.3/CRS84|EPSG/0/[1-9]\d{3,5})")


def listed(api: Api, name: str) -> list[str]:
    return api.collection(name)["crs"]


def own(api: Api) -> list[str]:
    """Return the collections whose things lie where the zones of KNOWN are."""
    return [name for name in names(api) if name not in SOURCES]


def test_crs_crs_uri(api: Api) -> None:
    document = api.told("/collections")
    assert sorted(document["crs"]) == sorted(EVERY)
    for uri in document["crs"]:
        assert URI.fullmatch(uri)
    for each in document["collections"]:
        assert each["crs"] == ["#/crs"]
        assert URI.fullmatch(each["storageCrs"])
    for name in names(api):
        assert listed(api, name) == document["crs"]


def test_crs_default_crs(api: Api) -> None:
    assert api.told("/collections")["crs"][0] == CRS84
    for name in names(api):
        assert listed(api, name)[0] == CRS84


def test_crs_storagecrs(api: Api) -> None:
    document = api.told("/collections")
    for each in document["collections"]:
        assert each["storageCrs"] in document["crs"]
        alone = api.collection(each["id"])
        assert alone["storageCrs"] in alone["crs"]


def test_crs_crs_parameter(api: Api) -> None:
    """What has no place in a CRS is told without one, not by coordinates that are none."""
    for name in names(api):
        (first,) = api.told(items(name), GEOJSON, limit=1)["features"]
        for uri in listed(api, name):
            page = api.get(items(name), GEOJSON, crs=uri, limit=2)
            assert (page.status_code, page.headers["content-crs"]) == (200, f"<{uri}>")
            check(page.json(), FEATURES)
            alone = api.get(f"{items(name)}/{first['id']}", GEOJSON, crs=uri)
            assert (alone.status_code, alone.headers["content-crs"]) == (200, f"<{uri}>")
            check(alone.json(), FEATURE)


@pytest.mark.parametrize("uri", [f"{EPSG}32650", "EPSG:4326", f"{EPSG}4326 ", "", "nonsense"])
def test_crs_crs_parameter_invalid(api: Api, uri: str) -> None:
    for name in names(api):
        code = api.told(items(name), GEOJSON, limit=1)["features"][0]["id"]
        for path in (items(name), f"{items(name)}/{code}"):
            assert api.get(path, GEOJSON, crs=uri).status_code == 400


def test_crs_crs_parameter_default(api: Api) -> None:
    for name in names(api):
        page = api.get(items(name), GEOJSON, limit=1)
        alone = api.get(f"{items(name)}/{page.json()['features'][0]['id']}", GEOJSON)
        for answer in (page, alone):
            assert answer.headers["content-crs"] == f"<{CRS84}>"


def test_crs_crs_parameter_transform(api: Api) -> None:
    for uri in listed(api, "places"):
        place = api.told(f"{items('places')}/{around(uri).code}", GEOJSON, crs=uri)
        near = pytest.approx(around(uri).at, rel=0, abs=0.002 if is_metric(uri) else 2e-7)
        assert tuple(place["geometry"]["coordinates"]) == near, uri
    for name in own(api):
        plain = api.told(items(name), GEOJSON, limit=3)["features"]
        for uri in listed(api, name):
            there = api.told(items(name), GEOJSON, limit=3, crs=uri)["features"]
            alone = api.told(f"{items(name)}/{plain[0]['id']}", GEOJSON, crs=uri)
            assert alone["geometry"] == there[0]["geometry"]
            for mine, theirs in zip(plain, there, strict=True):
                if mine["geometry"]:
                    told, returned = shape(mine["geometry"]), back(uri, shape(theirs["geometry"]))
                    # About a decimetre.
                    assert shapely.hausdorff_distance(told, returned) < 1e-6, (name, uri)


def known_shapes(api: Api, name: str) -> tuple[list[str], np.ndarray]:
    """Return all that is in a collection: codes, and shapes in CRS84."""
    if f"shapes:{name}" not in api.kept:
        told = {each["id"]: each["geometry"] for each in api.features(name, properties="code")}
        shapes = [None if each is None else shape(each) for each in told.values()]
        api.kept[f"shapes:{name}"] = list(told), np.array(shapes, dtype=object)
    return api.kept[f"shapes:{name}"]


def codes_in(api: Api, name: str, bounds: Bounds, uri: str) -> set[str]:
    asked = {"bbox": ",".join(map(repr, bounds)), "bbox_crs": uri, "skipGeometry": "true"}
    told = [each["id"] for each in api.features(name, properties="code", **asked)]
    assert len(told) == len(set(told))
    return set(told)


def test_crs_bbox_crs_parameter(api: Api) -> None:
    """All that lies in a box is found and nothing else, where pyproj has it in that CRS."""
    for uri in listed(api, "places"):
        for bounds, there in around(uri).boxes.items():
            assert codes_in(api, "places", bounds, uri) == there, uri
    ((west, south, east, north),) = api.collection("grids")["extent"]["spatial"]["bbox"]
    lon, lat = (west + east) / 2, (south + north) / 2
    for uri in KNOWN:
        bounds = box_in(uri, lon - 0.01, lat - 0.006, lon + 0.01, lat + 0.006)
        # The digits that are told may put an edge on either side.
        slack = 0.02 if is_metric(uri) else 2e-7
        for name in own(api):
            codes, shapes = known_shapes(api, name)
            there = told_in(uri, shapes)
            nowhere = shapely.is_missing(there)
            has_to = shapely.intersects(there, box(*bounds).buffer(-slack, join_style="mitre"))
            may = nowhere | shapely.dwithin(there, box(*bounds), slack)
            found = codes_in(api, name, bounds, uri)
            # What has no place is in every box.
            assert {codes[n] for n in np.flatnonzero(has_to | nowhere)} <= found, (name, uri)
            assert found <= {codes[n] for n in np.flatnonzero(may)}, (name, uri)
        assert len(codes_in(api, "grids", bounds, uri)) > 1


def test_crs_bbox_crs_parameter_invalid(api: Api) -> None:
    for uri, name in itertools.product((f"{EPSG}32650", "CRS84", ""), names(api)):
        answer = api.get(items(name), GEOJSON, bbox="123,29,124,30", bbox_crs=uri)
        assert answer.status_code == 400


def test_crs_bbox_crs_parameter_default(api: Api) -> None:
    for name in own(api):
        asked = {"bbox": "123.299,29.859,123.303,29.863"}
        told = [api.features(name, **asked, **more) for more in ({}, {"bbox_crs": CRS84})]
        assert json.dumps(told[0]) == json.dumps(told[1])
