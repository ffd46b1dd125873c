"""What the tile routes answer besides tiles."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class VectorLayer(BaseModel):
    """One layer of a TileJSON document."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(BaseModel):
    """A TileJSON 3.0.0 document (https://github.com/mapbox/tilejson-spec)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "tilejson": "3.0.0",
                "name": "grids",
                "description": "网格 Grids",
                "tiles": ["http://127.0.0.1:8000/tiles/grids/{z}/{x}/{y}.mvt"],
                "vector_layers": [
                    {
                        "id": "grids",
                        "description": "Grids",
                        "minzoom": 10,
                        "maxzoom": 22,
                        "fields": {
                            "code": "Natural key",
                            "name": "Name",
                            "layer": "base, exclusive, second or micro",
                            "area_code": "Code of the community",
                        },
                    }
                ],
                "minzoom": 10,
                "maxzoom": 22,
                "bounds": [113.2, 22.8, 113.6, 23.1],
                "center": [113.4, 22.95, 11],
                "scheme": "xyz",
            }
        }
    )

    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    description: str
    tiles: list[str]
    vector_layers: list[VectorLayer]
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float] | None = None
    center: tuple[float, float, int] | None = None
    scheme: Literal["xyz"] = "xyz"


STYLE_EXAMPLE = {
    "version": 8,
    "name": "gis_gov",
    "sources": {
        "grids": {"type": "vector", "url": "http://127.0.0.1:8000/tiles/grids.json"},
    },
    "layers": [{"id": "grids", "type": "line", "source": "grids", "source-layer": "grids"}],
    "center": [113.36, 22.94],
    "zoom": 12,
}
