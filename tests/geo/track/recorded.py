"""Recorded tracks of real phones and vehicles, where the folder with them is at hand."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from gis_gov.geo.track.fixes import Fixes

FOLDERS = [parent / "shared/data/gps-tracks" for parent in Path(__file__).resolve().parents]
FOLDER = next((folder for folder in FOLDERS if folder.is_dir()), None)

needs_recorded = pytest.mark.skipif(
    FOLDER is None, reason="no shared/data/gps-tracks beside the repository: no recorded tracks"
)
_POINT = "{http://www.topografix.com/GPX/1/1}trkpt"
_OLD_POINT = "{http://www.topografix.com/GPX/1/0}trkpt"


def of_gpx(name: str) -> Fixes:
    """Read all points of a GPX file that have a time."""
    assert FOLDER is not None
    root = ET.parse(FOLDER / name).getroot()  # noqa: S314 - a file of our own
    points = [*root.iter(_POINT), *root.iter(_OLD_POINT)]
    rows = []
    for point in points:
        told = next((child.text for child in point if child.tag.endswith("time")), None)
        if told:
            moment_s = pd.Timestamp(told).timestamp()
            rows.append((moment_s, float(point.attrib["lon"]), float(point.attrib["lat"])))
    return of_rows(np.array(rows))


def of_csv(name: str, track: str, columns: tuple[str, str, str]) -> dict[str, Fixes]:
    """Read the tracks of a file, by their name, from columns of time, longitude and latitude."""
    assert FOLDER is not None
    table = pd.read_csv(FOLDER / name, dtype={track: str})
    table["moment_s"] = [pd.Timestamp(told).timestamp() for told in table[columns[0]]]
    wanted = ["moment_s", *columns[1:]]
    return {
        str(key): of_rows(rows[wanted].to_numpy(dtype=np.float64))
        for key, rows in table.groupby(track)
    }


def of_rows(rows: np.ndarray) -> Fixes:
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    rows = rows[np.concatenate([[True], np.diff(rows[:, 0]) > 0])]
    return Fixes(rows[:, 0], rows[:, 1], rows[:, 2], np.full(len(rows), np.nan))


def recorded_tracks() -> dict[str, Fixes]:
    names = ("korita-zbevnica.gpx", "Mojstrovka.gpx", "around-visnjan-with-car.gpx")
    tracks = {name: of_gpx(name) for name in names}
    buses = of_csv("liverpool_bus_route14.csv", "trip_id", ("timestamp", "longitude", "latitude"))
    cars = of_csv("athens_pneuma_1s.csv", "track_id", ("time", "lon", "lat"))
    return (
        tracks
        | {f"bus {key}": fixes for key, fixes in buses.items()}
        | {f"car {key}": fixes for key, fixes in cars.items()}
    )
