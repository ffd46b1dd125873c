"""What is told of the ground that was walked in a month."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

COVERAGE_EXAMPLE: dict[str, Any] = {
    "within": "990101001001",
    "month": "2026-01",
    "cells": 210,
    "walked": 147,
    "share": 0.7,
    "grids": [
        {
            "code": "9901010010010001",
            "name": "第一网格",
            "area": "990101001001",
            "cells": 43,
            "walked": 40,
            "share": 0.9302,
        }
    ],
    "as_of": "2026-01-31T12:00:00Z",
}
CELLS_EXAMPLE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "8b411cb2b6b5fff",
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[113.36, 22.93], [113.3602, 22.93], [113.3602, 22.9302], [113.36, 22.93]]
                ],
            },
            "properties": {"cell": "8b411cb2b6b5fff", "grid": "9901010010010001", "days": 0},
        }
    ],
}


class _Share(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cells: int = Field(description="H3 cells of resolution 11 (2,150 m²) with their centre in it")
    walked: int = Field(description="Those that somebody came through")
    share: float | None = Field(description="Null where there are no cells")


class GridCoverage(_Share):
    """How much of a grid was walked."""

    code: str
    name: str
    area: str = Field(description="Code of its area")


class Coverage(_Share):
    """How much of a place was walked in a month, of the grids where you may follow workers."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": COVERAGE_EXAMPLE})

    within: str
    month: str
    grids: list[GridCoverage] = Field(description="By code")
    as_of: datetime
