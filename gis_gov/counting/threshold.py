"""Counts that tell nothing of single people: few are withheld, more are told with some noise.

The noise is drawn by the cell-key method of the Australian Bureau of Statistics (Fraser & Wooton,
"A proposed method for confidentialising tabular output to protect against differencing", 2005): it
hangs on what is counted, not on when, how or by whom it is asked. The same things are told with the
same number in whatever unit they make up, so that no repeated or nested question averages it out.
docs/decisions.md says why.
"""

import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from gis_gov.access.sealing import Sealer
from gis_gov.counting.fences import PERSONAL

NOISE_PER_K: Final = 0.3
"""The scale of the noise as a share of the threshold.

The least that an attacker needs for a withheld count is the difference of two told ones. At this
scale it errs by 0.6 k (standard deviation), twice as much as a guess between 1 and k - 1 does.
"""

_BITS: Final = 64


class Counted(Protocol):
    """How many there are, how many of them under the threshold, and a fingerprint of those."""

    @property
    def value(self) -> float | None:
        """Return how many there are; None for no figure."""
        ...

    @property
    def inexact(self) -> float:
        """Return how many of them are told by the threshold."""
        ...

    @property
    def content(self) -> int:
        """Return what stands for those."""
        ...


class Found(NamedTuple):
    """What was counted, as `Counted` has it."""

    value: float | None = None
    inexact: float = 0
    content: int = 0


class Told(NamedTuple):
    """What is told: a number, None for no figure, or that there are some, but not how many."""

    value: float | None
    withheld: bool = False


WITHHELD: Final = Told(None, withheld=True)


def noise_key(sealer: Sealer) -> bytes:
    """Return the secret that the noise is drawn with; all processes and restarts have the same."""
    return sealer.digest("noise", "count")


@dataclass(frozen=True, slots=True)
class Threshold:
    """Tells counts, with the threshold `k` where it holds for who asks.

    `key` is the secret that the noise is drawn with. Two that are equal tell the same.
    """

    key: bytes = field(repr=False)
    k: int

    def tell(self, measure: str, parts: Mapping[str, Counted]) -> Told:
        """Say how many there are, given the parts of the measure by the layer that counts each.

        Only what is personal is told with noise: the houses are the buildings, as many as there
        are, and the dwellings as they are told. What is known exactly of a count is added as it is,
        so that to subtract it leaves what the others are told.
        """
        value, inexact = None, 0.0
        for part in parts.values():
            inexact += part.inexact
            if part.value is not None:
                value = part.value if value is None else value + part.value
        if measure not in PERSONAL or not inexact or not value:
            return Told(value)
        if inexact < self.k:
            return WITHHELD
        told = 0
        for name, part in parts.items():
            few = int(part.inexact) if name in PERSONAL else 0
            told += int(part.value or 0) - few
            if 0 < few < self.k:
                return WITHHELD
            if few:
                told += max(self.k, few + self._noise(name, few, part.content))
        return Told(told)

    def _noise(self, name: str, count: int, content: int) -> int:
        return _drawn(self.key, self.k, name, count, content)


@lru_cache(maxsize=1 << 16)  # it is drawn once and for all, and asked for by each reader
def _drawn(key: bytes, k: int, name: str, count: int, content: int) -> int:
    """Draw from the two-sided geometric distribution: the difference of two geometric ones."""
    text = f"{name}\0{count}\0{content}".encode()
    drawn = hmac.digest(key, text, "sha256")
    return _geometric(drawn[:8], k) - _geometric(drawn[8:16], k)


def _geometric(drawn: bytes, k: int) -> int:
    uniform = (int.from_bytes(drawn) + 0.5) / 2**_BITS
    return math.floor(math.log(uniform) / (-1 / (NOISE_PER_K * k)))
