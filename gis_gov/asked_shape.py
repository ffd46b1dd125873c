"""A shape in the body of a request: GeoJSON in a declared CRS, and what it is asked for."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import orjson
import shapely
from fastapi import Depends, Query
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from gis_gov.api import UnusableDatum
from gis_gov.geo.crs import conversion, geometries_to_canonical
from gis_gov.geo.datum import Datum, DatumError, System
from gis_gov.geo.geojson import GeoJSONError, read_geojson
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


async def _shape_datum(
    crs: Annotated[
        str,
        Query(
            max_length=32,
            pattern=r"^[A-Za-z0-9:_-]+$",
            description="CRS of the shape: `wgs84`, `cgcs2000`, or an EPSG code, in metres too",
            examples=["EPSG:4490", "wgs84", "EPSG:4549"],
        ),
    ] = "EPSG:4490",
) -> Datum:
    try:
        datum = Datum.parse(crs)
        if datum.system not in {System.GCJ02, System.BD09, System.BD09MC}:
            conversion(datum)
            return datum
    except DatumError:
        raise UnusableDatum(
            f"query.crs: {crs!r} is not known, or nothing leads from it to CGCS2000; use wgs84,"
            " cgcs2000 or EPSG:<code>"
        ) from None
    raise UnusableDatum(
        f"query.crs: {datum.name} coordinates are not taken here; convert them to CGCS2000"
    )


ShapeDatum = Annotated[Datum, Depends(_shape_datum)]


def shape_of(geometry: Mapping[str, Any], datum: Datum) -> BaseGeometry:
    """Read a geometry of a body, and bring it to EPSG:4490.

    Raises:
        BadShape: it is none, or not one in or around which anything can be looked for.

    """
    if geometry.get("type") in {"Feature", "FeatureCollection"}:
        raise BadShape.at("body.geometry", "send it alone, without the feature around it")
    with np.errstate(over="ignore", invalid="ignore"):  # of numbers that are refused below
        return _shape_of(geometry, datum)


def _shape_of(geometry: Mapping[str, Any], datum: Datum) -> BaseGeometry:
    try:
        document = read_geojson(orjson.dumps(geometry))
        stated = document.stated_crs
        if stated is not None and Datum.parse(stated) != datum:
            raise BadShape.at("body.geometry.crs", f"states {stated}, but query.crs says {datum}")
        (feature,) = document.features
        shapes, _ = geometries_to_canonical([feature.geometry], datum)
        check_shape(shapes[0])
    except (GeoJSONError, UnfitShape, DatumError, orjson.JSONEncodeError) as error:
        raise BadShape.at("body.geometry", str(error)) from None
    except shapely.GEOSException:  # some of its vertices are nowhere, so that no ring closes
        raise BadShape.at("body.geometry", f"{datum} does not reach that far") from None
    return shapes[0]
