"""What a client sends to be written: a GeoJSON feature, or what is to change of one."""

from dataclasses import dataclass
from email.message import Message
from typing import Annotated, Any, Final

import orjson
import shapely
from fastapi import Depends, Request
from shapely.geometry.base import BaseGeometry

from gis_gov.body import MEGABYTE, received
from gis_gov.cql.shapes import VERTICES_MAX, Frame
from gis_gov.media import GEOJSON, JSON
from gis_gov.ogc.asked import MapReader
from gis_gov.ogc.crs import CRS84_URI, frame_of
from gis_gov.problems import InvalidRequest, UnsupportedMedia

MERGE_PATCH: Final = "application/merge-patch+json"
FEATURE_MAX_MB: Final = 1.0
_MEMBERS: Final = frozenset({"type", "id", "geometry", "properties", "links", "bbox"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A JSON object of a feature's members, and what its coordinates are in."""

    members: dict[str, Any]
    frame: Frame
    minimal: bool


# Nobody's body is read: who asks comes first.
async def _feature(request: Request, _actor: MapReader) -> Sent:
    return await _sent(request, GEOJSON, JSON)


async def _patch(request: Request, _actor: MapReader) -> Sent:
    return await _sent(request, MERGE_PATCH, GEOJSON, JSON)


SentFeature = Annotated[Sent, Depends(_feature)]
SentPatch = Annotated[Sent, Depends(_patch)]


async def _sent(request: Request, *media_types: str) -> Sent:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    if header.get_content_type() not in media_types:
        raise UnsupportedMedia(f"Send it as {' or '.join(media_types)}.")
    frame = _frame(request)
    async with received(request, int(FEATURE_MAX_MB * MEGABYTE)) as file:
        body = file.read()
    return Sent(_members(body), frame, _is_minimal(request))


def _frame(request: Request) -> Frame:
    told = request.headers.get("content-crs", CRS84_URI).strip()
    return frame_of(told.removeprefix("<").removesuffix(">"), "content-crs", "header")


def _is_minimal(request: Request) -> bool:
    told = ",".join(request.headers.getlist("prefer")).lower()
    return any(each.strip().replace(" ", "") == "return=minimal" for each in told.split(","))


def _members(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidRequest.at("body", "is no JSON") from None
    if not isinstance(told, dict):
        raise InvalidRequest.at("body", "is no JSON object")
    if told.get("type", "Feature") != "Feature":
        raise InvalidRequest.at("body.type", "is 'Feature'; things are sent one by one")
    for name in told:
        if name not in _MEMBERS:
            listed = ", ".join(sorted(_MEMBERS))
            raise InvalidRequest.at("body", f"{name[:80]!r} is no member; known: {listed}")
    if not isinstance(told.get("properties", {}), dict):
        raise InvalidRequest.at("body.properties", "is no JSON object")
    return told


def shape_of(node: Any, frame: Frame) -> BaseGeometry | None:
    """Read a geometry in the axis order of its CRS as one with x before y, in the same CRS.

    Raises:
        InvalidRequest: it is none, or has more vertices than are taken.

    """
    if node is None:
        return None
    where = "body.geometry"
    if not isinstance(node, dict):
        raise InvalidRequest.at(where, "is no GeoJSON geometry")
    try:
        shape = shapely.force_2d(shapely.from_geojson(orjson.dumps(node)))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise InvalidRequest.at(where, "is no GeoJSON geometry") from None
    if shapely.get_num_coordinates(shape) > VERTICES_MAX:
        raise InvalidRequest.at(where, f"has more than {VERTICES_MAX} vertices")
    if shape.is_empty:
        raise InvalidRequest.at(where, "is empty; write null for none")
    if not frame.is_flipped:
        return shape
    return shapely.transform(shape, lambda coordinates: coordinates[:, ::-1])
