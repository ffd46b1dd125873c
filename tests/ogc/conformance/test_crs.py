"""OGC API Features, part 2: coordinate reference systems by reference."""

import itertools
import json
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely import box
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tests.ogc.conformance.api import GEOJSON, Api
from tests.ogc.conformance.asking import check, items, names
from tests.ogc.conformance.schemas import FEATURE, FEATURES
from tests.ogc.conformance.sources import SOURCES

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
URI = re.compile(r"http://www\.opengis\.net/def/crs/(OGC/1\.3/CRS84|EPSG/0/[1-9]\d{3,5})")
# The sample lies at 123.3 E: its zones of 3 and 6 degrees, with their numbers and without.
KNOWN = (CRS84, *(f"{EPSG}{code}" for code in (4326, 4490, 3857, 4529, 4550, 4499, 4510)))
Bounds = tuple[float, float, float, float]


@cache
def transformer(uri: str, *, back: bool = False) -> Transformer:
    """Between CRS84 and a CRS, in the axis order of each; CGCS2000 is taken as WGS 84."""
    code = "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri.removeprefix(EPSG)}"
    source = "OGC:CRS84" if uri in {CRS84, f"{EPSG}4326", f"{EPSG}3857"} else "EPSG:4490"
    ends = (code, source) if back else (source, code)
    return Transformer.from_crs(*ends)


def into(uri: str, lon: Any, lat: Any) -> tuple[Any, Any]:
    flipped = "4490" in transformer(uri).source_crs.to_string()  # type: ignore[union-attr]
    return transformer(uri).transform(*((lat, lon) if flipped else (lon, lat)))


def back(uri: str, geometry: BaseGeometry) -> BaseGeometry:
    made = transformer(uri, back=True)
    flipped = "4490" in made.target_crs.to_string()  # type: ignore[union-attr]

    def convert(at: np.ndarray) -> np.ndarray:
        pair = made.transform(at[:, 0], at[:, 1])
        return np.column_stack(pair[::-1] if flipped else pair)

    return shapely.transform(geometry, convert)


def listed(api: Api, name: str) -> list[str]:
    return api.collection(name)["crs"]


def own(api: Api) -> list[str]:
    """Return the collections whose things lie where the zones of KNOWN are."""
    return [name for name in names(api) if name not in SOURCES]


def test_crs_crs_uri(api: Api) -> None:
    document = api.told("/collections")
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


def box_in(uri: str, west: float, south: float, east: float, north: float) -> Bounds:
    """Return a box in a CRS, in its axis order, that has the middle of one in degrees."""
    (a, b), (c, d) = into(uri, west, south), into(uri, east, north)
    return min(a, c), min(b, d), max(a, c), max(b, d)


@pytest.mark.parametrize("uri", KNOWN)
def test_crs_bbox_crs_parameter(api: Api, uri: str) -> None:
    ((west, south, east, north),) = api.collection("grids")["extent"]["spatial"]["bbox"]
    lon, lat = (west + east) / 2, (south + north) / 2
    bounds = box_in(uri, lon - 0.02, lat - 0.012, lon + 0.02, lat + 0.012)
    wanted = box(*bounds)
    asked = {"bbox": ",".join(map(str, bounds)), "bbox_crs": uri, "crs": uri}
    # The digits that are told may put an edge on either side.
    slack = 0.002 if bounds[2] > 1000 else 2e-7
    for name in own(api):
        found = api.told(items(name), GEOJSON, limit=200, **asked)["features"]
        assert found, name
        for feature in found:
            told = feature["geometry"]
            assert told is None or shape(told).distance(wanted) <= slack
    for name in ("areas", "grids", "events"):
        found = api.features(name, **asked)
        inside = {
            each["id"]
            for each in api.features(name, crs=uri)
            if each["geometry"] and shape(each["geometry"]).intersects(wanted.buffer(-slack))
        }
        assert inside <= {feature["id"] for feature in found}


def test_crs_bbox_crs_parameter_invalid(api: Api) -> None:
    for uri, name in itertools.product((f"{EPSG}32650", "CRS84", ""), names(api)):
        answer = api.get(items(name), GEOJSON, bbox="123,29,124,30", bbox_crs=uri)
        assert answer.status_code == 400


def test_crs_bbox_crs_parameter_default(api: Api) -> None:
    for name in own(api):
        asked = {"bbox": "123.299,29.859,123.303,29.863"}
        told = [api.features(name, **asked, **more) for more in ({}, {"bbox_crs": CRS84})]
        assert json.dumps(told[0]) == json.dumps(told[1])
