"""Tiles that were built, kept in memory for as long as nothing that they show is written.

What is kept is of one viewer's rights, one set of layers and one tile, along with the version that
the tile had before it was built: a change that comes meanwhile, or later, makes it another version.
Where workers are, and went, has versions of its own: see `Movement`. The ETag is made of the bytes
and the viewer's rights, so all processes give him the same one, and a write next door that changes
no byte changes no ETag.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from weakref import WeakValueDictionary

from gis_gov.changes.feed import ChangeFeed
from gis_gov.changes.movement import POSITION, TRACK, Movement
from gis_gov.codings import Coding, packed
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.interval import Interval
from gis_gov.tiles.layers import Layer

Key = tuple[str, str, AnyTile, Hashable]
Version = tuple[float, ...]
"""Numbers of which each only grows, so that an older version is the lesser one."""

_OVERHEAD_BYTES: Final = 600
"""What keeping a tile takes besides its bytes."""

_ETAG_DIGITS: Final = 24
"""As many hexadecimal digits as nobody finds two tiles for."""

_FOLLOWED: Final = frozenset(
    {"area", "grid", "address", "house", "enterprise", "person", "resource", "worker", "event"}
)
"""What may decide on which things a filter picks: also what lies around them, or is theirs."""

_MOVING: Final = frozenset({POSITION, TRACK})

_AT_ONCE_BYTES: Final = 32_000
"""What is packed within the time that a thread would take to start."""


@dataclass(slots=True)
class Built:
    """A tile as it is answered: its bytes, maybe none, and their ETag.

    `forms` are the bytes packed, by each coding that somebody asked for.
    """

    body: bytes
    etag: str
    forms: dict[Coding, bytes] = field(default_factory=dict, compare=False)
    is_kept: bool = field(default=False, compare=False)

    def etag_of(self, coding: Coding | None) -> str:
        """Return the ETag of the bytes packed by a coding: other bytes have another one."""
        return self.etag if coding is None else f'{self.etag[:-1]}-{coding}"'


class _Building:
    """One tile that is being built, and the last one that was while others waited for it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.last: tuple[Version, Built] | None = None

    def found(self, asked: Version | None) -> Built | None:
        """Return the last one, if it shows all that was known when somebody asked."""
        if asked is None or self.last is None or self.last[0] < asked:
            return None
        return self.last[1]


class TileMemory:
    """Keep the tiles asked for last, up to so many bytes."""

    def __init__(self, feed: ChangeFeed, movement: Movement, kept_bytes: int) -> None:
        self._feed = feed
        self._movement = movement
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, tuple[Version, Built]] = OrderedDict()
        self._building: WeakValueDictionary[Key, _Building] = WeakValueDictionary()

    async def get(
        self,
        viewer: str,
        layers: list[Layer],
        tile: AnyTile,
        build: Callable[[], Awaitable[bytes]],
        chosen: Hashable = None,
        tracks: Interval | None = None,
    ) -> Built:
        """Return a tile, from memory if nothing that it shows was written since it was built.

        `viewer` stands for what somebody may see, `chosen` for which things of the layers he asks
        for, if not for all, and `tracks` is of which time tracks are drawn. Several who ask for the
        same tile at once wait for one to build it, and share it even if there is no room for it.
        """
        key = (viewer, ",".join(layer.name for layer in layers), tile, chosen)
        kinds = frozenset(kind for layer in layers for kind in layer.shows)
        if chosen is not None:
            kinds |= _FOLLOWED
        asked = version = self._version(kinds, tile, tracks)
        if found := self._found(key, version):
            return found
        # One after the other, who asks for the same tile; the last to leave drops what they share.
        others_build = key in self._building
        building = self._building.setdefault(key, _Building())
        async with building.lock:
            if others_build:
                version = self._version(kinds, tile, tracks)
                if found := self._found(key, version) or building.found(asked):
                    return found
            made = built(viewer, await build())
            if version is not None:
                building.last = version, made
                self._keep(key, version, made)
            return made

    async def packed(self, made: Built, coding: Coding) -> bytes:
        """Return a tile's bytes packed, which is done once for as long as it is kept."""
        found = made.forms.get(coding)
        if found is None:
            if len(made.body) < _AT_ONCE_BYTES:
                found = packed(made.body, coding)
            else:
                found = await asyncio.to_thread(packed, made.body, coding)
            if made.is_kept and coding not in made.forms:
                self._bytes += len(found)
            made.forms[coding] = found
            self._make_room()
        return found

    def _version(
        self, kinds: frozenset[str], tile: AnyTile, tracks: Interval | None
    ) -> Version | None:
        """Return the version of a tile, None while it is not known what is written."""
        if not self._feed.is_current():
            return None
        changed = self._feed.versions.version(kinds, tile)
        if kinds.isdisjoint(_MOVING):
            return (changed,)
        if not self._movement.is_current():
            return None
        moved = self._movement.version(kinds, tile, tracks)
        # What is older than two hours leaves its tile without a write.
        since_s = 0.0 if tracks is None or tracks.since is None else tracks.since.timestamp()
        return (changed, *moved, since_s)

    def _found(self, key: Key, version: Version | None) -> Built | None:
        kept = self._kept.get(key)
        if kept is None or version is None or kept[0] != version:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def _keep(self, key: Key, version: Version, made: Built) -> None:
        self._drop(key)
        self._kept[key] = version, made
        made.is_kept = True
        self._bytes += _size(made)
        self._make_room()

    def _make_room(self) -> None:
        while self._bytes > self._kept_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            kept[1].is_kept = False
            self._bytes -= _size(kept[1])


def built(viewer: str, body: bytes) -> Built:
    """Return what was built for a viewer, with its ETag."""
    digest = sha256(viewer.encode())  # most processors have instructions for it
    digest.update(body)
    return Built(body, f'"{digest.hexdigest()[:_ETAG_DIGITS]}"')


def _size(made: Built) -> int:
    return len(made.body) + sum(map(len, made.forms.values())) + _OVERHEAD_BYTES
