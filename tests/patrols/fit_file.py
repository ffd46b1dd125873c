"""FIT files of records, written by a library that is not the one that reads them."""

from collections.abc import Iterable
from datetime import datetime

from fit_tool import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer


def fit(fixes: Iterable[tuple[datetime, float, float]]) -> bytes:
    """A file of records at 7 m above the sea, with 1.5 m/s and an accuracy of 6 m."""
    builder = FitFileBuilder(auto_define=True)
    first = FileIdMessage()
    first.type = FileType.ACTIVITY
    first.manufacturer = Manufacturer.DEVELOPMENT.value
    builder.add(first)
    for time, lon, lat in fixes:
        record = RecordMessage()
        record.timestamp = round(time.timestamp() * 1000)
        record.position_lat, record.position_long = lat, lon
        record.altitude, record.speed, record.gps_accuracy = 7.0, 1.5, 6
        builder.add(record)
    return builder.build().to_bytes()
