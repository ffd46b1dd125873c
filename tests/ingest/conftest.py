"""What tests of the loader share."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from gis_gov.ingest.report import Report
from tests.sealed import SEALER

Loader = Callable[..., Report]


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection whose writes are rolled back."""
    with (
        psycopg.connect(database_url, autocommit=True) as opened,
        opened.transaction(force_rollback=True),
    ):
        yield opened


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "rejects.csv"


@pytest.fixture
def load_file(connection: psycopg.Connection, rejects: Path) -> Loader:
    """Load files of a kind with the options of the command line; the rows must be accounted for."""

    def run(kind: str, *paths: Path, **told: Any) -> Report:
        options = LoadOptions.told(rejects=rejects, **told)
        report = load(kind, paths, options, connection, SEALER)
        assert report.balanced
        return report

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file: `write("name.csv", text, encoding=…)`."""

    def run(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return run


@pytest.fixture
def geojson(tmp_path: Path) -> Callable[..., Path]:
    """Write a FeatureCollection of (properties, geometry) pairs."""

    def run(name: str, *features: tuple[dict[str, Any], Any], **members: Any) -> Path:
        made = [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": made, **members}))
        return path

    return run


def box(west: float, south: float, east: float, north: float, *holes: Any) -> dict[str, Any]:
    """Make a rectangle as a GeoJSON polygon."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring, *holes]}


def point(lon: float, lat: float) -> dict[str, Any]:
    """Make a GeoJSON point."""
    return {"type": "Point", "coordinates": [lon, lat]}


def rows(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    """Run a query of a test."""
    return connection.execute(query).fetchall()  # type: ignore[arg-type]


def rejected(path: Path) -> list[dict[str, str]]:
    """Read a rejects file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


COMMUNITY = (
    {"code": "440113001001", "name": "甲社区", "level": "community"},
    box(113, 22, 113.2, 22.1),
)
GRIDS = (
    (
        {"code": "440113001001101", "name": "西", "area_code": "440113001001", "households": 400},
        box(113, 22, 113.1, 22.1),
    ),
    (
        {"code": "440113001001102", "name": "东", "area_code": "440113001001", "households": 900},
        box(113.1, 22, 113.2, 22.1),
    ),
)


@pytest.fixture
def district(load_file: Loader, geojson: Callable[..., Path]) -> None:
    """A community of two grids that share the edge at 113.1 degrees."""
    assert load_file("areas", geojson("areas.geojson", COMMUNITY)).inserted == 1
    assert load_file("grids", geojson("grids.geojson", *GRIDS)).inserted == 2
