"""A polygon is sent, and what is told of it is read."""

from typing import Any

import httpx
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.statistics.polygon_schemas import InPolygon

PATH = "/statistics/polygon"


async def figures(
    client: httpx.AsyncClient, shape: BaseGeometry, headers: Any = None, **asked: str
) -> dict[str, dict[str, Any]]:
    """Return the figures of a shape by their measures, as the schema has them."""
    answer = await client.post(
        PATH, content=shapely.to_geojson(shape), params=asked, headers=headers
    )
    assert answer.status_code == 200, answer.text
    InPolygon(**answer.json())
    return {figure["measure"]: figure for figure in answer.json()["figures"]}
