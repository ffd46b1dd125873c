"""Households: who lives together, how old, which sex, which surname."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.groups import counting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Role(IntEnum):
    """Who a person is in a household."""

    HEAD = 0
    SPOUSE = 1
    CHILD = 2
    GRANDMOTHER = 3
    GRANDFATHER = 4
    MATE = 5


_H, _S, _C, _GM, _GF, _M = Role
_FAMILIES = (
    # roles, share among small households, share among large ones, age of the head
    ((_H,), 0.19, 0.02, (22, 68)),
    ((_H,), 0.08, 0.02, (62, 93)),
    ((_H, _S), 0.13, 0.03, (25, 46)),
    ((_H, _S), 0.06, 0.02, (46, 64)),
    ((_H, _S), 0.10, 0.04, (60, 87)),
    ((_H, _C), 0.06, 0.02, (29, 58)),
    ((_H, _M), 0.05, 0.04, (20, 36)),
    ((_H, _S, _C), 0.17, 0.08, (27, 47)),
    ((_H, _S, _C), 0.07, 0.12, (45, 64)),
    ((_H, _S, _C, _C), 0.08, 0.17, (28, 56)),
    ((_H, _S, _C, _GM), 0.02, 0.07, (28, 48)),
    ((_H, _S, _C, _GM), 0.01, 0.06, (48, 62)),
    ((_H, _M, _M, _M), 0.02, 0.07, (19, 35)),
    ((_H, _S, _C, _GM, _GF), 0.01, 0.12, (28, 56)),
    ((_H, _S, _C, _C, _GM, _GF), 0.01, 0.12, (30, 54)),
    ((_H, _S, _C, _C, _C), 0.00, 0.05, (32, 52)),
)
_DORMITORIES = ((4, 0.45), (6, 0.3), (8, 0.25))
_DORMITORY = len(_FAMILIES)
"""Kinds of households from here on are dormitory rooms."""
ELDER_ALONE = 1
_WIDEST = 10
DORMITORY_SIZE = sum(size * share for size, share in _DORMITORIES)
_MALE_HEADS = {0: 0.52, ELDER_ALONE: 0.36, 5: 0.35, 6: 0.55, 12: 0.55}


@dataclass(frozen=True)
class Members:
    """People in the order of their households."""

    household: Ints
    role: Ints
    age: Floats
    """Years, with fraction."""
    male: Flags
    surname: Ints
    elder_alone: Flags


def family_mix(mean: float) -> Floats:
    """Find shares of the kinds of families whose mean size is `mean`."""
    size = np.array([len(roles) for roles, *_ in _FAMILIES])
    small = np.array([row[1] for row in _FAMILIES])
    large = np.array([row[2] for row in _FAMILIES])
    low, high = size @ small, size @ large
    if not low * 0.5 < mean <= high + 0.25:
        raise ValueError(f"households of {mean:.2f} persons are beyond what families are like")
    weight = np.clip((mean - low) / (high - low), 0, 1)
    mix = small * (1 - weight) + large * weight
    return mix / mix.sum()


def form_households(
    dormitory: Flags, mix: Floats, persons: int, rng: np.random.Generator
) -> Members:
    """Form a household for each entry of `dormitory`, `persons` people in all."""
    kind = rng.choice(len(_FAMILIES), size=len(dormitory), p=mix)
    sizes, shares = zip(*_DORMITORIES, strict=True)
    kind[dormitory] = _DORMITORY + rng.choice(len(sizes), size=int(dormitory.sum()), p=shares)
    roles = np.full((_DORMITORY + len(sizes), _WIDEST), int(Role.MATE))
    for row, family in enumerate(_FAMILIES):
        roles[row, : len(family[0])] = family[0]
    usual = np.array([*(len(row[0]) for row in _FAMILIES), *sizes])
    size = _fitted(usual[kind], persons, rng)
    household = np.repeat(np.arange(len(kind)), size)
    role = roles[kind[household], counting(size)]
    male = _sexes(kind, household, role, rng)
    return Members(
        household=household,
        role=role,
        age=_ages(kind, household, role, rng),
        male=male,
        surname=_surnames(household, role, male, rng),
        elder_alone=(kind == ELDER_ALONE)[household] & (size == 1)[household],
    )


def _fitted(size: Ints, persons: int, rng: np.random.Generator) -> Ints:
    """Let guests move in or the last ones move out, until the number of persons is right."""
    size = size.copy()
    while (missing := persons - int(size.sum())) != 0:
        able = np.flatnonzero(size < _WIDEST if missing > 0 else size > 1)
        if not len(able):
            raise ValueError(f"{persons} persons do not fit {len(size)} households")
        some = rng.permutation(able)[: abs(missing)]
        size[some] += np.sign(missing)
    return size


def _sexes(kind: Ints, household: Ints, role: Ints, rng: np.random.Generator) -> Flags:
    chance = np.full(_DORMITORY + len(_DORMITORIES), 0.74)
    for number, share in _MALE_HEADS.items():
        chance[number] = share
    chance[_DORMITORY:] = 0.56
    head = rng.random(len(kind)) < chance[kind]
    draw = rng.random(len(role))
    same = np.where(draw < 0.9, head[household], ~head[household])
    same = np.where(kind[household] >= _DORMITORY, head[household], same)
    choices = [
        role == r for r in (Role.HEAD, Role.SPOUSE, Role.CHILD, Role.GRANDMOTHER, Role.GRANDFATHER)
    ]
    values = [
        head[household],
        ~head[household],
        draw < 0.53,
        np.zeros_like(same),
        np.ones_like(same),
    ]
    return np.select(choices, values, same)


def _ages(kind: Ints, household: Ints, role: Ints, rng: np.random.Generator) -> Floats:
    span = np.array([*(row[3] for row in _FAMILIES), *([(18, 44)] * len(_DORMITORIES))], float)
    low, high = span[kind].T
    shape = np.where(high - low > 28, 1.4, 1.1)
    head = low + (high - low) * rng.beta(shape, shape + 0.35)
    head_of, dorm = head[household], (kind >= _DORMITORY)[household]
    draw = rng.random(len(role))
    mate = np.where(dorm, 18 + 26 * draw**1.4, _at_least(16, head_of + 8 * draw - 4))
    choices = [
        role == r for r in (Role.HEAD, Role.SPOUSE, Role.CHILD, Role.GRANDMOTHER, Role.GRANDFATHER)
    ]
    values = [
        head_of,
        _at_least(20.5, head_of - 2 + rng.normal(0, 2.6, len(role))),
        np.maximum(head_of - 20.5, 1) * rng.beta(1.5, 1.15, len(role)),
        head_of + 21.5 + 12 * draw,
        head_of + 23 + 12 * draw,
    ]
    return np.select(choices, values, mate)


def _at_least(least: float, value: Floats) -> Floats:
    """Mirror what lies below, so that no age becomes common by a limit."""
    return least + np.abs(value - least)


def _surnames(household: Ints, role: Ints, male: Flags, rng: np.random.Generator) -> Ints:
    """Children bear their father's surname, and so does his father."""
    shares = names.surname_shares()
    own = rng.choice(len(shares), size=len(role), p=shares)
    head = np.flatnonzero(role == Role.HEAD)
    number = int(household[-1]) + 1 if len(household) else 0
    father = np.zeros(number, dtype=np.int64)
    father[household[head]] = own[head]
    husband = np.flatnonzero((role == Role.SPOUSE) & male)
    father[household[husband]] = own[husband]
    inherits = (role == Role.CHILD) | (role == Role.GRANDFATHER)
    return np.where(inherits, father[household], own)
