"""What GPX leaves to be said: whose track it is, and that its times are UTC."""

from pathlib import Path

import pyarrow as pa

from gis_gov.ingest.arrow import pc

_RENAMED = {"speed": "speed_mps", "course": "bearing_deg", "ele": "altitude_m"}


def gpx_columns(columns: pa.Table, path: Path) -> pa.Table:
    """Name the columns of a GPX layer after what they hold, and add the device of a track.

    The device is the file's name, with the track's number from the second on. Times are UTC (GPX
    1.1, time), speeds metres a second (GPX 1.0, speed).
    """
    made = columns.rename_columns([_RENAMED.get(name, name) for name in columns.column_names])
    if "time" in made.column_names:
        at = made.column_names.index("time")
        made = made.set_column(at, "time", _utc(made.column("time")))
    if "track_fid" not in made.column_names:
        return made.rename_columns(
            ["elevation" if name == "altitude_m" else name for name in made.column_names]
        )
    tracks = made.column("track_fid").to_pylist()
    names = [path.stem if not track else f"{path.stem}-{track + 1}" for track in tracks]
    return made.append_column("device", pa.array(names, pa.string()))


def _utc(times: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = times.cast(pa.string())
    stated = pc.match_substring_regex(texts, r"(Z|[+-]\d{2}:?\d{2})$")
    return pc.if_else(stated, texts, pc.binary_join_element_wise(texts, "Z", ""))
