"""Where workers go: on foot in their grid, by vehicle in their area."""

from dataclasses import dataclass

import psycopg
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.db.run import sql_file


@dataclass(frozen=True, slots=True)
class Ground:
    """A worker, and the ground that is his: polygons in degrees (EPSG:4490)."""

    worker: str
    grid: BaseGeometry
    area: BaseGeometry


def read_ground(conn: psycopg.Connection) -> list[Ground]:
    """Read the workers of a database who are employed somewhere, by their codes."""
    rows = conn.execute(sql_file(__package__ or "", "ground")).fetchall()
    return [
        Ground(code, *shapely.from_wkb([bytes(grid), bytes(area)])) for code, grid, area in rows
    ]
