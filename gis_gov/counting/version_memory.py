"""What was made of counts, each with the version of the counts that it is at least as new as."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class VersionMemory(Generic[Made]):
    """Keep what was asked for last, up to so many bytes."""

    def __init__(self, kept_bytes: int, size: Callable[[Made], int]) -> None:
        self._kept_bytes = kept_bytes
        self._size = size
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[int, Made]] = OrderedDict()

    def get(self, key: Hashable, version: int) -> Made | None:
        """Return what is kept under a key, if it is of the version."""
        kept = self._kept.get(key)
        if kept is None or kept[0] != version:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def keep(self, key: Hashable, version: int, made: Made) -> None:
        """Keep what was made under a key, unless something newer is."""
        kept = self._kept.get(key)
        size = self._size(made)
        if (kept is not None and kept[0] > version) or size > self._kept_bytes:
            return
        self._drop(key)
        self._kept[key] = version, made
        self._bytes += size
        while self._bytes > self._kept_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= self._size(kept[1])
