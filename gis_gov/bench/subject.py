"""One question in all the forms in which it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import LiteralString, Self, TypeVar

from gis_gov.bench.wanted import Want

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """One question in many forms: paths of our server and of the peer, and bare SQL.

    A contender that cannot be asked has no path or no query. With `revalidates`, our server is
    asked with the ETag of its first answer; with `anew`, the one that keeps no answers is asked.
    Where each is asked but `once`, as its answer is kept, not all are asked to warm up.
    What is `by_empty` is measured against the rate of empty answers, too. `wants` is what the
    figures have to be.
    """

    name: str
    ours: Sequence[str] = ()
    peer: Sequence[str] = ()
    query: LiteralString | None = None
    parameters: Sequence[Mapping[str, object]] = field(default=({},))
    revalidates: bool = False
    anew: bool = False
    by_empty: bool = False
    once: bool = False
    wants: Sequence[Want] = ()

    def of_place(self, number: int) -> Self:
        """Return the same question about one of the places alone, in all of its forms."""
        return replace(
            self,
            ours=_one(self.ours, number),
            peer=_one(self.peer, number),
            parameters=_one(self.parameters, number),
        )


def _one(many: Sequence[T], number: int) -> list[T]:
    return [many[number % len(many)]] if many else []
