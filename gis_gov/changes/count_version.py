"""The version of what is counted: a number that grows as it is written, as the database tells.

Tiles follow announcements, which come some milliseconds after a commit. Here the database itself is
looked at, after the question came: what was committed by then is known. What changes no count, the
change log tells apart.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import TypeVar

from gis_gov.changes.cursor import Cursor
from gis_gov.changes.queries import read_written
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.single_flight import SingleFlight

Name = TypeVar("Name", bound=Hashable)


class CountVersion:
    """Number what may change counts by kind, in one process; to another one that means nothing.

    `session` numbers the connection on which the database is heard (0: none). Another one may mean
    another server: whatever there is counts as written then, and as long as there is none.
    """

    def __init__(self, pool: Pool, session: Callable[[], int]) -> None:
        self._pool = pool
        self._session = session
        # All who wait for a look that fails are told so: each looking anew would be a rush.
        self._looks = SingleFlight[None](lambda _: True)
        self._number = 0
        self._base = 0
        self._last: dict[str, int] = {}
        self._cursor: Cursor | None = None
        self._looked_in_session = 0

    async def now(self, kinds: Collection[str]) -> int:
        """Return the number of the last change of any of the kinds, among all committed by now.

        Those who ask while a look is under way share the next one.
        """
        return (await self.of_each({None: kinds}))[None]

    async def of_each(self, kinds_of: Mapping[Name, Collection[str]]) -> dict[Name, int]:
        """Return what `now` does for each of several names, all of one look."""
        await self._looks.run(None, self._look)
        return {name: self._number_of(kinds) for name, kinds in kinds_of.items()}

    def _number_of(self, kinds: Collection[str]) -> int:
        return max(self._base, *(self._last.get(kind, 0) for kind in kinds))

    async def _look(self) -> None:
        session = self._session()
        since = self._cursor
        async with self._pool.connection(SYSTEM) as conn:
            written = await read_written(conn, since)
        is_known = session != 0 and session == self._looked_in_session
        if since is None or not is_known or written.lacks_some_since(since):
            self._number += 1
            self._base = self._number
            self._last.clear()
        elif written.kinds:
            self._number += 1
            self._last.update(dict.fromkeys(written.kinds, self._number))
        self._cursor, self._looked_in_session = written.cursor, session
