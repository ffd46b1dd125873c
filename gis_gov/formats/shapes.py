"""The geometries of features, all of some features at once."""

from collections.abc import Sequence

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from gis_gov.formats.writer import Feature


def shapes_of(features: Sequence[Feature]) -> NDArray[np.object_]:
    """Return the geometries, None where a feature is nowhere."""
    told = [
        None if each["geometry"] is None else orjson.dumps(each["geometry"]) for each in features
    ]
    shapes: NDArray[np.object_] = shapely.from_geojson(np.array(told, dtype=object))
    return shapes
