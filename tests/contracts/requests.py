"""A request for every route that may be allowed to whoever has every right in the tiling."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gis_gov.geo.tile import tile_at
from tests.accounts.people import PASSWORD
from tests.counting.tiling import SIDE, SOUTH, WEST

LON, LAT = WEST + SIDE / 2, SOUTH + SIDE / 2
_TILE = tile_at(LON, LAT, 12)
TILE = {"z": _TILE.z, "x": _TILE.x, "y": _TILE.y}
OGC_TILE = {"tileMatrix": _TILE.z, "tileRow": _TILE.y, "tileCol": _TILE.x}
_NUMBERS = "{tileMatrix}/{tileRow}/{tileCol}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to send to a route: values for its path, query and body.

    What a key can't ask for is asked by a `person`; whoever is let in gets one of `answers`.
    """

    path: Mapping[str, object] = field(default_factory=dict[str, object])
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    json: Any = None
    person: bool = False
    answers: frozenset[int] = frozenset({200, 201, 204})


CLERK, HELD = "clerk", 900_001
POINT = {"lon": LON, "lat": LAT}
THING = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [LON, LAT]},
    "properties": {"name": "x"},
}
SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [
            [WEST, SOUTH],
            [WEST + SIDE, SOUTH],
            [WEST + SIDE, SOUTH + SIDE],
            [WEST, SOUTH + SIDE],
            [WEST, SOUTH],
        ]
    ],
}
_RULE: dict[str, Any] = {
    "name": "x",
    "area": "440199001001",
    "object": {"kind": "points", "points": [POINT]},
    "workers": ["w0"],
    "cadence": "month",
}
REQUESTS: dict[tuple[str, str], Asked] = {
    ("GET", "/healthz"): Asked(),
    ("GET", "/readyz"): Asked(),
    ("GET", "/metrics"): Asked(),
    ("GET", "/locate"): Asked(query=POINT),
    ("POST", "/locate"): Asked(json={"points": [[LON, LAT]]}),
    ("GET", "/nearby"): Asked(query={**POINT, "radius": 2000}),
    ("POST", "/nearby"): Asked(
        json={"geometry": {"type": "Point", "coordinates": [LON, LAT]}, "radius_m": 2000}
    ),
    ("GET", "/events/{code}/nearby"): Asked({"code": "events0"}),
    ("GET", "/persons"): Asked(query={"limit": 3}),
    ("POST", "/persons/search"): Asked(json={"phone": "13800138000"}),
    ("GET", "/persons/{code}"): Asked(path={"code": "persons0"}),
    ("POST", "/persons/{code}/reveal"): Asked(
        path={"code": "persons0"}, json={"fields": ["phone"], "reason": "核查登记"}
    ),
    ("GET", "/houses"): Asked(query={"limit": 3}),
    ("GET", "/houses/{code}"): Asked(path={"code": "buildings0"}),
    ("GET", "/enterprises"): Asked(query={"limit": 3}),
    ("GET", "/enterprises/{code}"): Asked(path={"code": "enterprises0"}),
    ("GET", "/heatmap"): Asked(query={"layer": "persons", "resolution": 8}),
    ("POST", "/affected"): Asked(
        json={
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[WEST, SOUTH], [LON, SOUTH], [LON, LAT], [WEST, LAT], [WEST, SOUTH]]
                ],
            }
        }
    ),
    ("GET", "/heatmap/change"): Asked(
        query={"layer": "events", "datetime": "2026-03-02", "before": "2026-03-01"}
    ),
    ("GET", "/heatmap/change/{z}/{x}/{y}.mvt"): Asked(
        TILE, {"layer": "events", "datetime": "2026-03-02", "before": "2026-03-01"}
    ),
    ("GET", f"/heatmap/change/tiles/{{tileMatrixSetId}}/{_NUMBERS}"): Asked(
        {"tileMatrixSetId": "CGCS2000Quad", **OGC_TILE},
        {"layer": "events", "datetime": "2026-03-02", "before": "2026-03-01"},
    ),
    ("GET", "/heatmap/hotspots/{z}/{x}/{y}.mvt"): Asked(
        TILE, {"layer": "persons", "resolution": 8}
    ),
    ("GET", f"/heatmap/hotspots/tiles/{{tileMatrixSetId}}/{_NUMBERS}"): Asked(
        {"tileMatrixSetId": "CGCS2000Quad", **OGC_TILE}, {"layer": "persons", "resolution": 8}
    ),
    ("GET", "/heatmap/hotspots"): Asked(query={"layer": "persons", "resolution": 8}),
    ("GET", "/heatmap/density.png"): Asked(query={"layer": "persons", "size_px": 32}),
    ("GET", "/heatmap/density/{z}/{x}/{y}.png"): Asked(
        TILE, {"layer": "persons", "maximum_km2": 1000}
    ),
    ("GET", f"/heatmap/density/tiles/{{tileMatrixSetId}}/{_NUMBERS}"): Asked(
        {"tileMatrixSetId": "CGCS2000Quad", **OGC_TILE}, {"layer": "persons", "maximum_km2": 1000}
    ),
    ("GET", "/heatmap/tiles.json"): Asked(query={"layer": "persons"}),
    ("GET", "/heatmap/change/tiles.json"): Asked(
        query={"layer": "events", "datetime": "2026-03-02", "before": "2026-03-01"}
    ),
    ("GET", "/heatmap/hotspots/tiles.json"): Asked(query={"layer": "persons"}),
    ("GET", "/heatmap/{z}/{x}/{y}.mvt"): Asked(TILE, {"layer": "persons"}),
    ("GET", f"/heatmap/tiles/{{tileMatrixSetId}}/{_NUMBERS}"): Asked(
        {"tileMatrixSetId": "CGCS2000Quad", **OGC_TILE}, {"layer": "persons"}
    ),
    ("GET", "/statistics"): Asked(query={"level": "community"}),
    ("GET", "/statistics/categories"): Asked(query={"measure": "persons", "by": "sex"}),
    ("GET", "/statistics/autocorrelation"): Asked(query={"measure": "events"}),
    ("GET", "/statistics/series"): Asked(query={"every": "day"}),
    ("POST", "/statistics/polygon"): Asked(query={"measures": "persons"}, json=SQUARE),
    ("GET", "/tiles/{layers}/{z}/{x}/{y}.mvt"): Asked(path={"layers": "grids", **TILE}),
    ("GET", "/tiles/{layers}.json"): Asked(path={"layers": "grids"}),
    ("GET", "/style.json"): Asked(),
    ("GET", "/tileMatrixSets"): Asked(),
    ("GET", "/tileMatrixSets/{tileMatrixSetId}"): Asked({"tileMatrixSetId": "CGCS2000Quad"}),
    ("GET", "/tiles"): Asked(),
    ("GET", "/tiles/{tileMatrixSetId}"): Asked({"tileMatrixSetId": "WebMercatorQuad"}),
    ("GET", f"/tiles/{{tileMatrixSetId}}/{_NUMBERS}"): Asked(
        {"tileMatrixSetId": "WebMercatorQuad", **OGC_TILE}, {"collections": "grids"}
    ),
    ("GET", "/collections/{collection}/tiles"): Asked({"collection": "grids"}),
    ("GET", "/collections/{collection}/tiles/{tileMatrixSetId}"): Asked(
        {"collection": "grids", "tileMatrixSetId": "CGCS2000Quad"}
    ),
    ("GET", f"/collections/{{collection}}/tiles/{{tileMatrixSetId}}/{_NUMBERS}"): Asked(
        {"collection": "grids", "tileMatrixSetId": "WebMercatorQuad", **OGC_TILE}
    ),
    ("GET", "/api"): Asked(),
    ("GET", "/conformance"): Asked(),
    ("GET", "/functions"): Asked(),
    ("GET", "/collections"): Asked(),
    ("GET", "/collections/{collection}"): Asked({"collection": "grids"}),
    ("GET", "/collections/{collection}/queryables"): Asked({"collection": "persons"}),
    ("GET", "/collections/{collection}/items"): Asked({"collection": "persons"}, {"limit": 3}),
    ("GET", "/collections/{collection}/items/{code}"): Asked(
        {"collection": "persons", "code": "persons0"}
    ),
    ("GET", "/collections/{collection}/schema"): Asked({"collection": "cameras"}),
    ("POST", "/collections/{collection}/items"): Asked({"collection": "pois"}, json=THING),
    # Let in, but it is not said which state is replaced.
    ("PUT", "/collections/{collection}/items/{code}"): Asked(
        {"collection": "pois", "code": "pois0"}, json=THING, answers=frozenset({428})
    ),
    ("PATCH", "/collections/{collection}/items/{code}"): Asked(
        {"collection": "pois", "code": "pois0"}, json={"properties": {"owner": "x"}}
    ),
    ("DELETE", "/collections/{collection}/items/{code}"): Asked(
        {"collection": "pois", "code": "pois1"}
    ),
    ("OPTIONS", "/collections/{collection}/items"): Asked({"collection": "pois"}),
    ("OPTIONS", "/collections/{collection}/items/{code}"): Asked(
        {"collection": "pois", "code": "pois0"}
    ),
    ("GET", "/live"): Asked(query={"kinds": "event"}),
    ("POST", "/positions"): Asked(
        json={
            "worker": "w0",
            "positions": [{"time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z", **POINT}],
        }
    ),
    ("GET", "/workers"): Asked(query={"limit": 3}),
    ("GET", "/workers/{code}/shifts"): Asked({"code": "w0"}),
    ("PUT", "/workers/{code}/shifts"): Asked({"code": "w0"}, json={"shifts": []}),
    ("GET", "/patrols"): Asked(query={"limit": 3}),
    ("GET", "/patrols/{code}"): Asked({"code": "w0-1"}),
    ("GET", "/patrols/statistics"): Asked(query={"by": "street", "period": "week"}),
    ("GET", "/osmand"): Asked(query={"id": "d.s"}, answers=frozenset({401})),
    ("POST", "/osmand"): Asked(query={"id": "d.s"}, answers=frozenset({401})),
    ("GET", "/patrols/ranking"): Asked(query={"by": "worker"}),
    ("GET", "/patrols/trend"): Asked(query={"by": "community"}),
    ("GET", "/patrols/{code}/positions"): Asked({"code": "w0-1"}),
    ("POST", "/patrols"): Asked(json={"worker": "w0"}),
    # Let in, but nobody started it.
    ("POST", "/patrols/{code}/stop"): Asked({"code": "w0-1"}, json={}, answers=frozenset({409})),
    ("POST", "/passing"): Asked(
        query={"datetime": "2026-03-01/2026-03-02"}, json={"geometry": SQUARE}
    ),
    ("POST", "/cameras/along"): Asked(json={"patrol": "w0-1"}),
    ("GET", "/fences"): Asked(query={"limit": 3}),
    ("GET", "/fences/{code}"): Asked({"code": "f0"}),
    ("POST", "/fences"): Asked(json={"code": "new", "name": "x", "geometry": SQUARE}),
    # Let in, but it is not said which state is replaced.
    ("PUT", "/fences/{code}"): Asked(
        {"code": "f0"}, json={"name": "x", "geometry": SQUARE}, answers=frozenset({428})
    ),
    ("DELETE", "/fences/{code}"): Asked({"code": "f1"}),
    ("GET", "/crossings"): Asked(query={"limit": 3}),
    ("GET", "/alarms"): Asked(query={"limit": 3}),
    ("POST", "/alarms/{id}/acknowledgement"): Asked({"id": HELD}, json={"note": "x"}),
    ("GET", "/patrols/{code}/judgements"): Asked({"code": "w0-1"}),
    ("GET", "/rules"): Asked(),
    ("GET", "/rules/{code}"): Asked({"code": "u0"}),
    ("POST", "/rules"): Asked(json={"code": "u1", **_RULE}),
    ("PUT", "/rules/{code}"): Asked({"code": "u0"}, json=_RULE),
    # Let in, but it has ended.
    ("POST", "/rules/{code}/end"): Asked({"code": "u2"}, json={}, answers=frozenset({409})),
    ("GET", "/tasks"): Asked(query={"state": "overdue"}),
    ("GET", "/tasks/{id}"): Asked({"id": HELD}),
    ("POST", "/tasks/{id}/excuse"): Asked({"id": HELD}, json={"reason": "汛期封路"}),
    ("GET", "/calendar"): Asked(),
    ("PUT", "/calendar"): Asked(json={"days": [{"day": "2026-10-01", "works": False}]}),
    ("GET", "/coverage"): Asked(query={"within": "440199001001", "month": "2026-03"}),
    ("GET", "/coverage/cells"): Asked(query={"within": "440199001001", "month": "2026-03"}),
    ("GET", "/playback"): Asked(
        query={"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T01:00:00Z"}
    ),
    ("GET", "/trails"): Asked(),
    ("GET", "/audit"): Asked(),
    ("POST", "/session"): Asked(json={"name": CLERK, "password": PASSWORD}),
    ("GET", "/session"): Asked(),
    ("GET", "/session/methods"): Asked(),
    # Open to anyone, but no identity provider is set.
    ("GET", "/session/oidc"): Asked(answers=frozenset({404})),
    ("GET", "/session/oidc/callback"): Asked(answers=frozenset({404})),
    ("DELETE", "/session"): Asked(person=True),
    ("PUT", "/session/password"): Asked(
        json={"password": PASSWORD, "new_password": "Harbour-Wind-58"}, person=True
    ),
    ("POST", "/session/totp"): Asked(json={"password": PASSWORD}, person=True),
    # Let in, but there is nothing to confirm or remove.
    ("PUT", "/session/totp"): Asked(json={"code": "123456"}, person=True, answers=frozenset({409})),
    ("POST", "/session/totp/removal"): Asked(
        json={"password": PASSWORD}, person=True, answers=frozenset({409})
    ),
    ("GET", "/accounts"): Asked(),
    ("POST", "/accounts"): Asked(json={"name": "newcomer"}),
    ("PATCH", "/accounts/{name}"): Asked({"name": CLERK}, json={"change": "unlock"}),
    ("GET", "/accounts/{name}/roles"): Asked({"name": CLERK}, person=True),
    ("POST", "/accounts/{name}/roles"): Asked(
        {"name": CLERK}, json={"role": "analyst"}, person=True
    ),
    ("DELETE", "/accounts/{name}/roles/{id}"): Asked({"name": CLERK, "id": HELD}, person=True),
    ("GET", "/keys"): Asked(),
    ("POST", "/keys"): Asked(json={"name": "qgis", "roles": [{"role": "commander"}]}, person=True),
    ("DELETE", "/keys/{id}"): Asked({"id": HELD}, person=True),
}
