"""What first answers need that no start waits for."""

import asyncio
from importlib import import_module
from typing import Final

AFTER_S: Final = 5.0
# pyarrow imports it before it makes an array, so the first file or Arrow stream waits for it.
_LIBRARIES: Final = ("pandas",)


async def warm(after_s: float = AFTER_S) -> None:
    """Import what takes long, when the server has started and is likely to stay."""
    await asyncio.sleep(after_s)
    for library in _LIBRARIES:
        await asyncio.to_thread(import_module, library)
