"""A message as `POST /positions` takes it."""

from datetime import UTC, datetime
from typing import Any, Final

from gis_gov.simulation.day import Message

SOURCE: Final = "simulated"
"""By this what was made up is known for ever."""


def body_of(message: Message) -> dict[str, Any]:
    """Write a message as the JSON object that is sent."""
    told = message.fixes
    columns = zip(
        told.time_s.tolist(),
        told.lon.tolist(),
        told.lat.tolist(),
        told.accuracy_m.tolist(),
        told.sequence.tolist(),
        told.is_mock.tolist(),
        (told.told_s + told.clock_s).tolist(),
        strict=True,
    )
    positions = [
        {
            "time": _moment(time_s),
            "lon": lon,
            "lat": lat,
            "accuracy_m": accuracy_m,
            "source": SOURCE,
            "device_time": _moment(sent_s),
            "sequence": sequence,
            "mock": is_mock,
        }
        for time_s, lon, lat, accuracy_m, sequence, is_mock, sent_s in columns
    ]
    return {"worker": told.worker, "device": told.device, "positions": positions}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
