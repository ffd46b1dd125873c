"""A density as a picture: PNG with a palette, clear where nothing is."""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE_BITS, _PALETTE_KIND = 8, 3
# From a clear pale yellow over orange and red to a dark purple: share of the maximum, then RGBA.
_STOPS: Final = (0.0, 0.15, 0.4, 0.7, 1.0)
_COLOURS: Final = (
    (255, 247, 188, 0),
    (254, 217, 118, 150),
    (253, 141, 60, 190),
    (215, 48, 39, 215),
    (110, 1, 80, 230),
)
SHADES: Final = 256


def palette() -> NDArray[np.uint8]:
    """Return the colours of the shades from nothing to the maximum, RGBA."""
    shares = np.linspace(0, 1, SHADES)
    channels = [np.interp(shares, _STOPS, channel) for channel in zip(*_COLOURS, strict=True)]
    return np.round(np.column_stack(channels)).astype(np.uint8)


def shades_of(density: NDArray[np.float64], maximum: float) -> NDArray[np.uint8]:
    """Return for each density its shade; the maximum and what is above have the last one."""
    share = np.clip(density / maximum, 0, 1) if maximum > 0 else np.zeros_like(density)
    return np.round(share * (SHADES - 1)).astype(np.uint8)


def png(shades: NDArray[np.uint8]) -> bytes:
    """Write shades (rows from the north) as a PNG with the palette."""
    height, width = shades.shape
    colours = palette()
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # the first byte is each line's filter
    lines[:, 1:] = shades
    header = struct.pack(">IIBBBBB", width, height, _PALETTE_BITS, _PALETTE_KIND, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", colours[:, :3].tobytes()),
            _chunk(b"tRNS", colours[:, 3].tobytes()),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
