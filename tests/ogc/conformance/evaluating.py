"""How the abstract tests of CQL2 look at what filters find."""

import random
from collections.abc import Iterator, Sequence

from tests.ogc.conformance.api import Api, Language
from tests.ogc.conformance.predicates import Expected, kind_of
from tests.ogc.conformance.sources import SOURCES, features

COMBINATIONS = 10
OWN = ("grids", "persons", "events", "cameras")


def queryables_of(api: Api, language: Language, *kinds: str) -> Iterator[tuple[str, str, str]]:
    """List collection, quoted name and kind of the queryables of some kinds.

    By text those of some of our own collections, too, of every kind of property and of shape.
    """
    for collection in (*SOURCES, *(OWN if language == "cql2-text" else ())):
        for name, schema in api.queryables(collection).items():
            kind = kind_of(schema)
            if kind in kinds:
                yield collection, f'"{name}"', kind


def check_expected(api: Api, language: Language, expected: Sequence[Expected]) -> None:
    """Each filter finds as many as the standard says."""
    told = [(source, text, api.count(source, text, language)) for source, text, _ in expected]
    odd = [(mine, theirs[2]) for mine, theirs in zip(told, expected, strict=True) if mine != theirs]
    assert not odd, odd


def check_apart(api: Api, language: Language, collection: str, *texts: str) -> None:
    """No item is found by two of the filters."""
    counts = [api.count(collection, text, language) for text in texts]
    either = " OR ".join(f"({text})" for text in texts)
    assert api.count(collection, either, language) == sum(counts), (collection, texts)


def check_same(api: Api, language: Language, collection: str, *texts: str) -> None:
    """The filters find the same items."""
    counts = {api.count(collection, text, language) for text in texts}
    either = " OR ".join(f"({text})" for text in texts)
    assert counts == {api.count(collection, either, language)}, (collection, texts)


def check_combined(api: Api, language: Language, expected: Sequence[Expected]) -> None:
    """Combinations of four filters hold where three-valued logic says so of what each finds.

    What a filter finds and what its negation finds are apart; for the rest it is unknown.
    """
    chosen = random.Random(21065)  # noqa: S311 - the same combinations each time
    for source in sorted({source for source, _, _ in expected}):
        texts = [text for each, text, _ in expected if each == source]
        everything = {each["id"] for each in features(source)}
        truth: dict[str, dict[str, bool | None]] = {}
        for _ in range(COMBINATIONS):
            some = [chosen.choice(texts) for _ in range(4)]
            for text in set(some) - truth.keys():
                holds = api.found(source, text, language)
                fails = api.found(source, f"NOT ({text})", language)
                assert not holds & fails
                truth[text] = {
                    item: True if item in holds else False if item in fails else None
                    for item in everything
                }
            a, b, c, d = (f"({text})" for text in some)
            combined = f"((NOT {a} AND {b}) OR ({c} and NOT {d}) or not ({a} AND {d}))"
            assert api.found(source, combined, language) == {
                item for item in everything if _combined(*(truth[text][item] for text in some))
            }, combined


def _combined(a: bool | None, b: bool | None, c: bool | None, d: bool | None) -> bool:
    parts = (_and(_not(a), b), _and(c, _not(d)), _not(_and(a, d)))
    return any(part is True for part in parts)


def _not(a: bool | None) -> bool | None:
    return None if a is None else not a


def _and(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True
