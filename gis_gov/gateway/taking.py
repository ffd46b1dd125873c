"""To whom positions are handed on."""

from collections.abc import Sequence
from typing import Protocol

from gis_gov.patrols.fix import Fix


class Take(Protocol):
    """Keep the fixes of a device.

    It returns when they are committed: only then is the sender told that they are kept, and may
    forget them. If it raises, the sender is told so or hears nothing, and sends them again; so it
    has to be idempotent.
    """

    async def __call__(self, device: str, fixes: Sequence[Fix], /) -> None:
        """Keep them, or raise."""
        ...
