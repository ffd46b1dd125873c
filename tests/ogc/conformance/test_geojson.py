"""OGC API Features, part 1: GeoJSON."""

from tests.ogc.conformance.api import GEOJSON, JSON, Api
from tests.ogc.conformance.asking import check, items, names
from tests.ogc.conformance.schemas import FEATURE, FEATURES


def test_geojson_definition(api: Api) -> None:
    for accept in (GEOJSON, JSON):
        for path in ("/", "/collections", "/collections/traps", "/conformance", "/functions"):
            assert api.get(path, accept).headers["content-type"] == JSON, (path, accept)
        for path in (items("traps"), f"{items('traps')}/hole"):
            assert api.get(path, accept).headers["content-type"] == GEOJSON, (path, accept)


def test_geojson_content(api: Api) -> None:
    for name in names(api):
        page = api.told(items(name), GEOJSON, limit=5)
        check(page, FEATURES)
        for feature in page["features"]:
            alone = api.told(f"{items(name)}/{feature['id']}", GEOJSON)
            check(alone, FEATURE)
            assert alone["id"] == feature["id"]
