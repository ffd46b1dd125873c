"""Who shares a kept answer is seen the same by all fences and policies."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.access.roles import ROLES
from gis_gov.counting import fences
from gis_gov.counting.answers import rights_of
from gis_gov.days import utc_now

DAY = timedelta(days=1)
EXTENTS = st.sampled_from(
    [
        Grant("x"),
        Grant("x", "a/", frozenset({1, 2, 3})),
        Grant("x", "a/b/", frozenset({2})),
        Grant("x", "a/b/", frozenset({2}), grid_id=7),
    ]
)
GRANTS = st.lists(
    st.builds(
        lambda at, role, department, classes, days: replace(
            at,
            role=role,
            department=department,
            person_classes=classes,
            valid_from=utc_now().date() - days * DAY,
        ),
        EXTENTS,
        st.sampled_from([*ROLES]),
        st.sampled_from([None, "fire", "city"]),
        st.sampled_from([None, frozenset({"control"}), frozenset({"service", "rely"})]),
        st.integers(0, 3),
    ),
    max_size=3,
)


def decided(actor: Actor) -> Any:
    """Return what fences and policies go by."""
    return (
        actor.scope,
        actor.reaches,
        [
            (fences.kept_reach(actor, name), fences.exact_reach(actor, name))
            for name in ("persons", "events", "houses")
        ],
        actor.worker_id,
    )


@given(GRANTS, GRANTS, st.sampled_from([None, 1, 2]), st.sampled_from([None, 1, 2]))
def test_who_has_the_same_rights_is_seen_the_same(
    some: list[Grant], others: list[Grant], first: int | None, second: int | None
) -> None:
    actors = [
        Actor("a", tuple(some), worker_id=first),
        Actor("b", tuple(reversed(some)), account_id=7, worker_id=first),
        Actor("c", (*some, *some), key_id=3, worker_id=first),
        Actor("d", tuple(others), worker_id=first),
        Actor("e", tuple(some), worker_id=second),
    ]
    assert rights_of(actors[0]) == rights_of(actors[1]) == rights_of(actors[2])
    for one in actors:
        for other in actors:
            if rights_of(one) == rights_of(other):
                assert decided(one) == decided(other)
