"""Person rows: names, ID numbers, phones, classes and tags."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.codes import id_numbers, phones
from gis_gov.sample.columns import digits, fixed_text, joined, only_where, pick, words
from gis_gov.sample.dwellings import LET, SHARED, Dwellings
from gis_gov.sample.groups import ranks, totals
from gis_gov.sample.households import DORMITORY_SIZE, Members, family_mix, form_households
from gis_gov.sample.land import Use
from gis_gov.sample.partition import allot
from gis_gov.sample.rhythms import AS_OF
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TAGS = (
    "学龄前",
    "学生",
    "老年人",
    "独居老人",
    "流动人口",
    "志愿者",
    "楼栋长",
    "党员",
    "残疾人",
    "低保",
)
_CLASSES = ("other", "service", "control", "rely")
_FOREIGN_CITIES = 6
_FOREIGN_COUNTIES = 18
_ORDERS = 499
"""Orders of an ID number for each sex: 001 to 997 odd, 002 to 998 even."""


@dataclass(frozen=True)
class Census:
    """How many people live in each street, and what families are like."""

    persons: Ints
    """Of each street."""
    mix: Floats


def plan_census(world: World) -> Census:
    """Share the sample's persons out to its streets, by the households that live there."""
    b = world.buildings
    street = world.areas.community.parent[world.building_community]
    dormitory = b.use == Use.DORMITORY
    rooms, families = int(b.homes[dormitory].sum()), int(b.homes[~dormitory].sum())
    mean = (world.figures.persons - rooms * DORMITORY_SIZE) / families
    weight = totals(
        street, b.homes * np.where(dormitory, DORMITORY_SIZE, mean), len(world.areas.street)
    )
    return Census(allot(world.figures.persons, weight), family_mix(mean))


def person_rows(
    world: World,
    census: Census,
    street: int,
    homes: Dwellings,
    address_code: pa.Array,
    rng: np.random.Generator,
) -> tuple[pa.Table, Ints]:
    """Make the rows of the people of a street, household by household.

    Also gives the building of each person.
    """
    home = homes.lived_in
    dormitory = world.buildings.use[homes.building[home]] == Use.DORMITORY
    members = form_households(dormitory, census.mix, int(census.persons[street]), rng)
    dwelling = home[members.household]
    count = len(dwelling)
    running = int(census.persons[:street].sum()) + np.arange(1, count + 1)
    county = int(world.areas.street.code[street][:6])
    birth = AS_OF.astype("datetime64[D]") - np.floor(members.age * 365.2425).astype(
        "timedelta64[D]"
    )
    native = _natives(homes.usage[home], rng)[members.household]
    order = _order_numbers(world, street, native, birth, members, rng)
    number = id_numbers(order[0], _ymd(birth), order[1])
    tags, person_class = _tagged(members, native, rng)
    able = (members.age > 12) & ((members.age < 75) | (rng.random(count) < 0.85))
    table = pa.table(
        {
            "code": fixed_text(np.hstack([digits(np.full(count, county), 6), digits(running, 8)])),
            "name": _names(members, rng),
            "sex": words(["female", "male"], members.male.astype(np.int64)),
            "birth_date": pa.array(birth),
            "id_number": number,
            "phone": only_where(able, phones(running)),
            "person_class": words(_CLASSES, person_class),
            "tags": tags,
            "address_code": pick(address_code, dwelling),
            "house_code": pick(homes.code, dwelling),
        }
    )
    return table, homes.building[dwelling]


def _names(members: Members, rng: np.random.Generator) -> pa.Array:
    men, women = names.given_names(rng, male=True), names.given_names(rng, male=False)
    draw = rng.integers(len(men), size=len(members.male))
    given = words(men + women, np.where(members.male, draw, draw + len(men)))
    return joined(words(list(names.SURNAMES), members.surname), given)


def _natives(usage: Ints, rng: np.random.Generator) -> Flags:
    share = np.full(5, 0.78)
    share[LET], share[SHARED] = 0.22, 0.12
    return rng.random(len(usage)) < share[usage]


def _ymd(date: NDArray[np.datetime64]) -> Ints:
    year = date.astype("datetime64[Y]")
    month = date.astype("datetime64[M]")
    return (
        (year.astype(np.int64) + 1970) * 10_000
        + (month.astype(np.int64) % 12 + 1) * 100
        + (date - month.astype("datetime64[D]")).astype(np.int64)
        + 1
    )


def _order_numbers(
    world: World,
    street: int,
    native: Flags,
    birth: NDArray[np.datetime64],
    members: Members,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Give everyone an area and an order number that nobody else has with that birth date.

    Natives bear their county's code; others codes of cities of the same province which the sample
    does not hold, different ones for each county. Each street has its own range of orders. So no
    two samples share a number.
    """
    county = int(world.areas.street.parent[street])
    within = street - int(np.searchsorted(world.areas.street.parent, county))
    width = _ORDERS // int((world.areas.street.parent == county).sum())
    city = world.figures.foreign_city + county * _FOREIGN_CITIES
    city = city + rng.integers(_FOREIGN_CITIES, size=len(native))
    foreign = 99_00_00 + city * 100 + rng.integers(1, _FOREIGN_COUNTIES + 1, size=len(native))
    area = np.where(native, int(world.areas.county.code[county][:6]), foreign)
    key = (area * 100_000 + birth.astype(np.int64) + 50_000) * 2 + members.male
    rank = ranks(key)
    if len(rank) and rank.max() >= width:
        raise ValueError(f"too many people of street {street} share a birthday")
    slot = within * width + rank
    return area, 2 * slot + np.where(members.male, 1, 2)


def _tagged(members: Members, native: Flags, rng: np.random.Generator) -> tuple[pa.Array, Ints]:
    """Draw tags, and from them the class: served, controlled, relied upon, or other."""
    age, number = members.age, len(members.age)
    draw = rng.random((4, number))
    adult = (age >= 20) & (age < 75)
    volunteer, head = adult & (draw[0] < 0.022), adult & (draw[0] > 0.9965)
    party = (age >= 22) & (draw[1] < 0.068)
    disabled, poor = draw[2] < 0.008 + age / 4000, draw[3] < 0.007
    flags = (
        age < 6, (age >= 6) & (age < 19), age >= 60, members.elder_alone, ~native,
        volunteer, head, party, disabled, poor,
    )  # fmt: skip
    bits = sum(flag.astype(np.int64) << at for at, flag in enumerate(flags))
    used, which = np.unique(bits, return_inverse=True)
    texts = [
        ";".join(tag for at, tag in enumerate(_TAGS) if value >> at & 1) for value in used.tolist()
    ]
    served = members.elder_alone | disabled | poor | (age >= 85)
    controlled = (age >= 18) & (age < 65) & (draw[2] > 0.9972)
    person_class = np.select([served, controlled, volunteer | head], [1, 2, 3], 0)
    return words(texts, which), person_class
