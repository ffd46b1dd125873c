"""The messages of a live stream, as they go over the wire (server-sent events)."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from gis_gov.geo.bbox import BBox
from gis_gov.live.queries import EventRow, PassingRow


def frame(name: str, data: dict[str, Any]) -> bytes:
    """Encode a message."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data))


def event_frame(event: EventRow) -> bytes:
    """Encode what an event now is."""
    return frame(
        "event",
        {
            "code": event.code,
            "gone": False,
            "title": event.title,
            "state": event.state,
            "level": event.level,
            "class_code": event.class_code,
            "class_name": event.class_name,
            "reported_at": event.reported_at,
            "lon": event.lon,
            "lat": event.lat,
            "area_code": event.area_code,
            "grid_code": event.grid_code,
        },
    )


def passing_frame(row: PassingRow, hidden: Collection[str]) -> bytes:
    """Encode what a crossing or an alarm now is, without the codes of what is hidden."""
    told = row.told | dict.fromkeys(hidden)
    return frame(row.kind, {"id": row.id, **told, "lon": row.lon, "lat": row.lat})


def gone_frame(code: str) -> bytes:
    """Encode that an event is no more, or no more to be seen: not why, and not where it went."""
    return frame("event", {"code": code, "gone": True})


def change_frame(kind: str, box: BBox | None) -> bytes:
    """Encode that things of a kind changed in a box, or anywhere."""
    return frame("change", {"kind": kind, "bbox": _sides(box)})


def tiles_frame(layers: Sequence[str], box: BBox | None) -> bytes:
    """Encode that tiles of layers are drawn otherwise in a box, or anywhere."""
    return frame("tiles", {"layers": layers, "bbox": _sides(box)})


def id_frame(mark: str) -> bytes:
    """Encode how far everything was told: with it a client that comes back goes on from there."""
    return b"id: %b\n\n" % mark.encode()


def _sides(box: BBox | None) -> list[float] | None:
    return box and [round(side, 7) for side in (box.west, box.south, box.east, box.north)]
