"""Independent random streams, one for each part of a sample."""

import zlib

import numpy as np


def stream(seed: int, part: str, index: int = 0) -> np.random.Generator:
    """Make the random stream of one part of a sample.

    Streams of other parts or indexes are independent of it, so that drawing more in one part
    leaves all the others as they are.
    """
    key = (zlib.crc32(part.encode()), index)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
