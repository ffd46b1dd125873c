"""GeoJSON: points with the members of a position as properties, or lines with `coordTimes`."""

from collections.abc import Iterator
from typing import Any, Final

import shapely

from gis_gov.geo.geojson import Feature, GeoJSONError, read_geojson
from gis_gov.patrols.forms.faults import BadTrack, check_number, position_of
from gis_gov.patrols.position_schemas import PositionSent

_PROPERTIES: Final = frozenset(PositionSent.model_fields) - {"lon", "lat"}
_TIMES: Final = ("coordTimes", "times", "datetimes")


def read_geojson_track(body: bytes) -> list[PositionSent]:
    """Read the points of a collection; a line has a time for each of its corners.

    Other properties are passed over. The third coordinate is the altitude.

    Raises:
        BadTrack: it is no GeoJSON, or a point has no time.

    """
    try:
        document = read_geojson(body)
    except GeoJSONError as error:
        raise BadTrack(str(error)) from None
    if document.stated_crs is not None:
        raise BadTrack(f"crs: {document.stated_crs}: name the datum by ?crs= instead")
    told = [
        position_of(each, f"features[{index}]")
        for index, feature in enumerate(document.features)
        for each in _told(feature, index)
    ]
    check_number(len(told))
    return told


def _told(feature: Feature, index: int) -> Iterator[dict[str, Any]]:
    if feature.geometry is None or feature.geometry.is_empty:
        return
    properties = feature.properties or {}
    kept = {name: value for name, value in properties.items() if name in _PROPERTIES}
    corners = shapely.get_coordinates(feature.geometry, include_z=True).tolist()
    match feature.geometry.geom_type:
        case "Point":
            times = [kept.pop("time", properties.get("timestamp"))]
        case "LineString":
            kept = {}
            times = next((properties[name] for name in _TIMES if name in properties), None)
            if not isinstance(times, list) or len(times) != len(corners):
                raise BadTrack(
                    f"features[{index}]: a line needs coordTimes, a time for each of its"
                    f" {len(corners)} corners"
                )
        case other:
            raise BadTrack(f"features[{index}]: a {other} is no position, nor a track")
    for (lon, lat, height), time in zip(corners, times, strict=True):
        altitude = {} if height != height else {"altitude_m": height}  # noqa: PLR0124 - NaN
        yield {**altitude, **kept, "lon": lon, "lat": lat, "time": time}
