"""What filters may call beyond the operations that CQL2 itself defines."""

from typing import Any, Final

from gis_gov.cql.spatial import DISTANCE_MAX_M

FUNCTIONS: Final[dict[str, Any]] = {
    "functions": [
        {
            "name": "S_DWITHIN",
            "description": "Whether two geometries lie within a distance of each other on the"
            " ellipsoid; edges are straight in degrees",
            "arguments": [
                {"title": "first", "description": "A geometry", "type": ["geometry"]},
                {"title": "second", "description": "Another geometry", "type": ["geometry"]},
                {
                    "title": "distance_m",
                    "description": "A number that the filter holds itself: metres, from 0 to"
                    f" {DISTANCE_MAX_M:.0f}",
                    "type": ["number"],
                },
            ],
            "returns": ["boolean"],
        }
    ]
}
