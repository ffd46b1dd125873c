"""What is sent to `POST /positions`, in whichever form it comes."""

from collections.abc import Callable, Sequence
from email.message import Message
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from gis_gov.body import MEGABYTE, received
from gis_gov.media import GEOJSON, JSON
from gis_gov.patrols.forms.binary import read_binary
from gis_gov.patrols.forms.fit import read_fit
from gis_gov.patrols.forms.geojson import read_geojson_track
from gis_gov.patrols.forms.gpx import read_gpx
from gis_gov.patrols.position_schemas import POSITIONS_EXAMPLE, Code, PositionSent, PositionsSent
from gis_gov.problems import InvalidRequest, UnsupportedMedia

BINARY: Final = "application/vnd.gis-gov.positions"
GPX: Final = "application/gpx+xml"
FIT: Final = "application/vnd.ant.fit"
MAX_MB: Final = 32.0
FILES: Final[dict[str, Callable[[bytes], list[PositionSent]]]] = {
    GPX: read_gpx,
    GEOJSON: read_geojson_track,
    FIT: read_fit,
}
_GPX_EXAMPLE: Final = (
    '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    '<trkpt lat="22.938" lon="113.3641"><time>2026-01-05T00:30:00Z</time></trkpt>'
    "</trkseg></trk></gpx>"
)
_GEOJSON_EXAMPLE: Final = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [113.3641, 22.938]},
            "properties": {"time": "2026-01-05T08:30:00+08:00", "accuracy_m": 8.5},
        }
    ],
}


def _schema() -> dict[str, Any]:
    schema = PositionsSent.model_json_schema()
    schema["properties"]["positions"]["items"] = schema.pop("$defs")["PositionSent"]
    return schema


BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        JSON: {"schema": _schema(), "example": POSITIONS_EXAMPLE},
        BINARY: {"schema": {"type": "string", "format": "binary"}},
        GPX: {"schema": {"type": "string"}, "example": _GPX_EXAMPLE},
        GEOJSON: {"schema": {"type": "object"}, "example": _GEOJSON_EXAMPLE},
        FIT: {"schema": {"type": "string", "format": "binary"}},
    },
}
OfFile = Annotated[Code | None, Query(description="Of a file: whose it is", examples=["W0012"])]


async def _sent(request: Request, worker: OfFile = None, device: OfFile = None) -> PositionsSent:
    """Read the body; of a file, worker and device are told in the query.

    Raises:
        RequestValidationError: JSON breaks a rule.
        BadTrack: another form does.
        UnsupportedMedia: it is none of the forms.
        TooLarge: it is longer than is taken.

    """
    media_type = _media_type(request)
    async with received(request, int(MAX_MB * MEGABYTE)) as file:
        body = file.read()
    if media_type in FILES:
        positions = FILES[media_type](body)
        return PositionsSent.model_construct(worker=worker, device=device, positions=positions)
    if worker is not None or device is not None:
        name = "device" if worker is None else "worker"
        raise InvalidRequest.at(f"query.{name}", "is for files; it is told in the body here")
    return read_binary(body) if media_type == BINARY else _of_json(body)


Sent = Annotated[PositionsSent, Depends(_sent)]


def _of_json(body: bytes) -> PositionsSent:
    try:
        return PositionsSent.model_validate_json(body)
    except ValidationError as error:
        told: Sequence[Any] = error.errors(include_url=False)
        raise RequestValidationError(
            [{**each, "loc": ("body", *each["loc"])} for each in told]
        ) from None


def _media_type(request: Request) -> str:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    media_type = header.get_content_type()
    known = (JSON, BINARY, *FILES)
    if media_type not in known:
        raise UnsupportedMedia(f"Send positions as {', '.join(known)}.")
    return media_type
