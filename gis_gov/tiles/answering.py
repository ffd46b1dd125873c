"""How a tile that was made is answered: whole, packed, or as the one that the client has."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from gis_gov.codings import BYTES_MIN, picked
from gis_gov.media import MVT
from gis_gov.preconditions import is_known
from gis_gov.tiles.memory import Built, TileMemory


async def answer_tile(
    request: Request,
    memory: TileMemory,
    made: Built,
    headers: Mapping[str, str],
    media_type: str = MVT,
) -> Response:
    """Answer a tile with its ETag: 204 without a body, 304 to a client that has it.

    Vector tiles are packed by the coding that the client likes most; pictures are packed already.
    """
    may_be_packed = media_type == MVT
    told = {**headers, "vary": "Accept-Encoding"} if may_be_packed else {**headers}
    if not made.body:
        return Response(status_code=204, headers=told)
    is_long = may_be_packed and len(made.body) >= BYTES_MIN
    coding = picked(request.headers) if is_long else None
    told["etag"] = made.etag_of(coding)
    if is_known(request, told["etag"]):
        return Response(status_code=304, headers=told)
    if coding is None:
        return Response(made.body, media_type=media_type, headers=told)
    told["content-encoding"] = coding
    body = await memory.packed(made, coding)
    return Response(body, media_type=media_type, headers=told)
