"""The threshold withholds few, and tells others with noise that hangs on what is counted alone."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.access.permissions import Permission
from gis_gov.access.roles import ROLES, Role
from gis_gov.access.sealing import Sealer, new_key
from gis_gov.counting.threshold import NOISE_PER_K, Found, Threshold, Told, noise_key

KEY = bytes(range(32))
counts = st.integers(0, 5000)
thresholds = st.integers(1, 200)
contents = st.integers(-(2**63), 2**63 - 1)


def persons(count: int, content: int = 1) -> dict[str, Found]:
    return {"persons": Found(count, count, content)}


@given(counts, thresholds, contents)
def test_zero_is_zero_few_are_withheld_and_nothing_is_told_below_k(
    count: int, k: int, content: int
) -> None:
    told = Threshold(KEY, k).tell("persons", persons(count, content))
    if count == 0:
        assert told == Told(0)
    elif count < k:
        assert told == Told(None, withheld=True)
    else:
        assert told.value is not None
        assert told.value >= k
        assert told == Threshold(KEY, k).tell("persons", persons(count, content))


@given(counts, contents)
def test_what_is_not_under_the_threshold_is_told_as_it_is(count: int, content: int) -> None:
    threshold = Threshold(KEY, 10)
    assert threshold.tell("persons", {"persons": Found(count, 0, content)}) == Told(count)
    assert threshold.tell("buildings", {"buildings": Found(count, count, content)}) == Told(count)
    assert threshold.tell("households", {"households": Found()}) == Told(None)


@given(counts, counts, contents)
def test_houses_are_buildings_and_the_dwellings_as_told(
    buildings: int, dwellings: int, content: int
) -> None:
    threshold = Threshold(KEY, 10)
    parts = {
        "buildings": Found(buildings, buildings, 5),
        "dwellings": Found(dwellings, dwellings, content),
    }
    houses = threshold.tell("houses", parts)
    told = threshold.tell("dwellings", {"dwellings": parts["dwellings"]})
    if told.withheld or 0 < buildings + dwellings < 10:
        assert houses.withheld
    else:
        assert houses == Told(buildings + (told.value or 0))


@pytest.mark.parametrize("k", [3, 10, 50])
def test_the_noise_is_unbiased_and_as_wide_as_it_says(k: int) -> None:
    threshold, count, draws = Threshold(KEY, k), 40 * k, 20_000
    errors = np.array(
        [
            (threshold.tell("persons", persons(count, content)).value or 0) - count
            for content in range(draws)
        ]
    )
    ratio = np.exp(-1 / (NOISE_PER_K * k))
    variance = 2 * ratio / (1 - ratio) ** 2
    assert abs(errors.mean()) < 5 * np.sqrt(variance / draws)
    assert errors.var() == pytest.approx(variance, rel=0.1)


def test_other_things_other_layers_and_other_keys_have_other_noise() -> None:
    told = {
        (key[0], layer, content): Threshold(key, 10).tell(layer, {layer: Found(900, 900, content)})
        for key in (KEY, KEY[::-1])
        for layer in ("persons", "dwellings")
        for content in range(200)
    }
    values = np.array([each.value for each in told.values()]).reshape(4, 200)
    assert np.abs(np.corrcoef(values) - np.eye(4)).max() < 0.35


def test_every_process_draws_the_same_noise() -> None:
    script = (
        "from gis_gov.counting.threshold import Found, Threshold\n"
        "told = Threshold(bytes(range(32)), 10)\n"
        "print([told.tell('persons', {'persons': Found(500, 1, n)}).value for n in range(50)])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        ).stdout.strip()
        for _ in range(2)
    }
    own = [
        Threshold(KEY, 10).tell("persons", {"persons": Found(500, 1, n)}).value for n in range(50)
    ]
    assert runs == {str(own)}


def test_the_secret_of_the_noise_is_not_a_key_itself() -> None:
    key = new_key()
    assert noise_key(Sealer([key])) == noise_key(Sealer([key]))
    assert noise_key(Sealer([key])) != noise_key(Sealer([new_key()]))
    assert noise_key(Sealer([key])) not in key.secret


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.name)
def test_a_role_that_reads_them_one_by_one_counts_exactly(role: Role) -> None:
    reads = {Permission.PERSON_READ, Permission.HOUSE_READ} & role.permissions
    assert not reads or Permission.COUNT_EXACT in role.permissions


@given(st.integers(0, 5000), counts, contents)
def test_what_is_known_exactly_adds_to_what_is_told_of_the_rest(
    known: int, others: int, content: int
) -> None:
    """To subtract one's own leaves the same draw, whatever one's own are."""
    threshold = Threshold(KEY, 10)
    mixed = threshold.tell("persons", {"persons": Found(known + others, others, content)})
    alone = threshold.tell("persons", persons(others, content))
    if alone.withheld:
        assert mixed.withheld
    else:
        assert mixed.value == known + (alone.value or 0)
