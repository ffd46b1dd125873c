"""Which media type a client prefers (RFC 9110, Accept)."""

from email.message import Message
from typing import Final

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
MVT: Final = "application/vnd.mapbox-vector-tile"
PNG: Final = "image/png"
HTML: Final = "text/html"


_PARTS_MAX: Final = 32


def preferred(accept: str, *offered: str) -> str:
    """Return the offered media type that an Accept header prefers; in doubt the first."""
    weights = dict(map(_weighed, accept.split(",", _PARTS_MAX)[:_PARTS_MAX]))
    return max(offered, key=lambda media_type: _weight(weights, media_type))


def _weight(weights: dict[str, float], media_type: str) -> float:
    group = media_type.split("/", maxsplit=1)[0]
    for name in (media_type, f"{group}/*", "*/*"):
        if name in weights:
            return weights[name]
    return 0.0


def _weighed(part: str) -> tuple[str, float]:
    header = Message()
    header["content-type"] = part.strip()
    try:
        return header.get_content_type(), float(str(header.get_param("q", "1")))
    except ValueError:
        return header.get_content_type(), 0.0
