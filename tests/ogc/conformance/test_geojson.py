"""OGC API Features, part 1: GeoJSON."""

import json
from typing import Any

import shapely

from tests.ogc.conformance.api import GEOJSON, JSON, Api
from tests.ogc.conformance.asking import check, items, names
from tests.ogc.conformance.operations import reading
from tests.ogc.conformance.schemas import FEATURE, FEATURES

# Documents that are JSON by a type of their own.
OWN_TYPES = {
    "/api": "application/vnd.oai.openapi+json;version=3.0",
    "/collections/{collection}/queryables": "application/schema+json",
    "/collections/{collection}/schema": "application/schema+json",
}


def test_geojson_definition(api: Api) -> None:
    for operation in reading(api):
        if operation.path.endswith("/{tileCol}"):
            continue
        is_feature = "/items" in operation.path
        expected = OWN_TYPES.get(operation.path, GEOJSON if is_feature else JSON)
        for accept in (GEOJSON, JSON):
            answer = api.get(operation.address, accept)
            assert answer.headers["content-type"] == expected, (operation.path, accept)


def test_geojson_content(api: Api) -> None:
    for name in names(api):
        page = api.told(items(name), GEOJSON, limit=5)
        check(page, FEATURES)
        for feature in page["features"]:
            alone = api.told(f"{items(name)}/{feature['id']}", GEOJSON)
            check(alone, FEATURE)
            assert alone["id"] == feature["id"]
            if feature["geometry"]:
                check_geometry(feature["geometry"])


def check_geometry(geometry: dict[str, Any]) -> None:
    """Rings are closed, and go by the right hand (RFC 7946, 3.1.6)."""
    read = shapely.from_geojson(json.dumps(geometry))
    for part in shapely.get_parts(read):
        if part.geom_type == "Polygon":
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)
