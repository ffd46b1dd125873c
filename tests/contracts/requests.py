"""A request for every route that may be allowed to whoever has every right in the tiling."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_gov.geo.tile import tile_at
from tests.analysis.tiling import SIDE, SOUTH, WEST

LON, LAT = WEST + SIDE / 2, SOUTH + SIDE / 2
_TILE = tile_at(LON, LAT, 12)
TILE = {"z": _TILE.z, "x": _TILE.x, "y": _TILE.y}


@dataclass(frozen=True, slots=True)
class Asked:
    """What to send to a route: values for its path, query and body."""

    path: Mapping[str, object] = field(default_factory=dict[str, object])
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    json: Any = None


POINT = {"lon": LON, "lat": LAT}
REQUESTS: dict[tuple[str, str], Asked] = {
    ("GET", "/healthz"): Asked(),
    ("GET", "/readyz"): Asked(),
    ("GET", "/metrics"): Asked(),
    ("GET", "/locate"): Asked(query=POINT),
    ("POST", "/locate"): Asked(json={"points": [[LON, LAT]]}),
    ("GET", "/nearby"): Asked(query={**POINT, "radius": 2000}),
    ("GET", "/heatmap"): Asked(query={"layer": "persons", "resolution": 8}),
    ("GET", "/statistics"): Asked(query={"level": "community"}),
    ("GET", "/tiles/{layers}/{z}/{x}/{y}.mvt"): Asked(path={"layers": "grids", **TILE}),
    ("GET", "/tiles/{layers}.json"): Asked(path={"layers": "grids"}),
    ("GET", "/style.json"): Asked(),
    ("GET", "/audit"): Asked(),
}
