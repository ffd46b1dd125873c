"""A shape in the body of a request: GeoJSON in a declared CRS, and what it is asked for."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.datum import Datum
from gis_gov.geo.declared import ShapeError, in_degrees, read_shapes
from gis_gov.geo.surroundings import UnfitShape, check_shape
from gis_gov.problems import InvalidRequest

SHAPE_EXAMPLE: Mapping[str, Any] = {
    "type": "Polygon",
    "coordinates": [
        [
            [123.298, 29.858],
            [123.303, 29.858],
            [123.303, 29.861],
            [123.298, 29.861],
            [123.298, 29.858],
        ]
    ],
}

Shape = Annotated[
    dict[str, Any],
    Field(
        description="GeoJSON geometry: a point, line or polygon, or several of one kind, in the"
        " CRS that `crs` names, longitude or easting first",
        json_schema_extra={"type": "object", "examples": [dict(SHAPE_EXAMPLE)]},
    ),
]


class BadShape(InvalidRequest):
    """The geometry is no GeoJSON, not valid, or nothing can be looked for around it."""

    slug, title, status = "bad-shape", "The shape cannot be used", 400


def shape_of(geometry: Mapping[str, Any], datum: Datum | None) -> BaseGeometry:
    """Read a geometry of a body, and bring it to EPSG:4490.

    The `datum` is that of the coordinates, None for CRS84 or what the geometry states.

    Raises:
        BadShape: it is none, or not one in or around which anything can be looked for.

    """
    if geometry.get("type") in {"Feature", "FeatureCollection"}:
        raise BadShape.at("body.geometry", "send it alone, without the feature around it")
    try:
        (read,), found = read_shapes(orjson.dumps(geometry), datum)
        if read is None:
            raise BadShape.at("body.geometry", "it is null")
        shape = in_degrees(read, found)
        check_shape(shape)
    except (ShapeError, UnfitShape, orjson.JSONEncodeError) as error:
        raise BadShape.at("body.geometry", str(error)) from None
    return shape
