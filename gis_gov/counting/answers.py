"""Answers that are made of counts: made once for all who ask the same, kept until one is written.

The same means the same in all that decides the answer: what is asked, and all rights of who asks.
Whether he still has them, and what goes on record, is for each request as before.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from gis_gov.access.actor import Actor
from gis_gov.changes.count_version import CountVersion
from gis_gov.counting.version_memory import VersionMemory
from gis_gov.problems import Problem
from gis_gov.single_flight import SingleFlight

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_OVERHEAD_BYTES: Final = 1000
"""What keeping an answer takes besides its body."""

_PLACES: Final = frozenset({"area", "grid"})
_KINDS: Final = {
    "persons": frozenset({"person", "address"}),
    **dict.fromkeys(("houses", "buildings", "dwellings"), frozenset({"house", "address"})),
    "enterprises": frozenset({"enterprise", "address"}),
    "addresses": frozenset({"address"}),
    "events": frozenset({"event"}),
    **dict.fromkeys(("cameras", "centres", "pois"), frozenset({"resource"})),
    **dict.fromkeys(("grids", "households", "area_m2"), frozenset[str]()),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, and what it is."""

    body: bytes
    media_type: str


def rights_of(actor: Actor) -> Hashable:
    """Return all that filters and row policies go by: who has the same is answered the same.

    Two actors with the same have the same scope. The term of a grant does not matter: an actor's
    grants are those of today.
    """
    grants = frozenset(
        (grant.role, grant.extent, grant.department, grant.person_classes) for grant in actor.grants
    )
    return grants, actor.worker_id


def asked_of(question: "DataclassInstance") -> Hashable:
    """Return all that a question says but who asks it."""
    said = ((each.name, getattr(question, each.name)) for each in fields(question))
    return tuple(_hashable(value) for name, value in said if name != "actor")


def kinds_of(measures: Iterable[str]) -> frozenset[str] | None:
    """Return the kinds of changes that layers or measures follow; None where not all are told.

    Of where workers are, and were, no change tells.
    """
    found = [_KINDS.get(measure) for measure in measures]
    told = [kinds for kinds in found if kinds is not None]
    return _PLACES.union(*told) if len(told) == len(found) else None


class AnswerMemory:
    """Keep the answers asked for last, up to so many bytes."""

    def __init__(self, data: CountVersion, kept_bytes: int) -> None:
        self._data = data
        self._kept = VersionMemory[Answer](kept_bytes, _size)
        self._flights = SingleFlight[Answer](_is_refusal)

    async def get(
        self, key: Hashable, kinds: Collection[str], make: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Return what `make` makes under a key: never older than what was committed by now.

        `kinds` are those of the changes that it follows. What is made has to be read later than
        the call of `make`.
        """
        version = await self._data.now(kinds)
        kept = self._kept.get(key, version)
        if kept is not None:
            return kept

        async def made() -> Answer:
            answer = await make()
            self._kept.keep(key, version, answer)
            return answer

        return await self._flights.run(key, made, version)


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


def _size(answer: Answer) -> int:
    return len(answer.body) + _OVERHEAD_BYTES


def _is_refusal(failure: Exception) -> bool:
    """Say whether the question is at fault: whoever asks it is refused alike."""
    return isinstance(failure, Problem) and failure.status < 500
