"""Make codes for things whose file has none, the same ones each time the file is loaded."""

from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.ingest.frame import Frame

_DIGEST_BYTES = 10
_PLACE_DECIMALS = 6
PREFIX = "x-"
"""How made codes start."""


def made_codes(
    frame: Frame, identity: tuple[str, ...], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> pa.Array:
    """Make a code for each row from the fields of its identity.

    `place` stands for the point, to 0.1 m; `a|b` for the first of two fields that has a value. A
    row with none of its identity gets none.
    """
    parts = [_part(frame, name, lon, lat) for name in identity]
    codes = [
        PREFIX + blake2b("\x1f".join(row).encode(), digest_size=_DIGEST_BYTES).hexdigest()
        if any(row)
        else None
        for row in zip(*parts, strict=True)
    ]
    return pa.array(codes, pa.string())


def _part(frame: Frame, name: str, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[str]:
    if name == "place":
        return [
            "" if np.isnan(x) else f"{x:.{_PLACE_DECIMALS}f} {y:.{_PLACE_DECIMALS}f}"
            for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
        ]
    first, *others = name.split("|")
    found = frame.texts(first)
    for other in others:
        found = [known or text for known, text in zip(found, frame.texts(other), strict=True)]
    return [text or "" for text in found]
