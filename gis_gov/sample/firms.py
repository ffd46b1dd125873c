"""Enterprise rows: where firms sit, what they are called, how risky they are."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.codes import credit_codes, phones
from gis_gov.sample.columns import digits, fixed_text, joined, pick, words
from gis_gov.sample.land import Use
from gis_gov.sample.streams import stream
from gis_gov.sample.trades import BRANDS_HEAD, BRANDS_TAIL, RISKS, TRADES
from gis_gov.sample.world import World

Ints = NDArray[np.int64]

_SITES = {Use.SHOPS: 6.0, Use.OFFICES: 9.0, Use.WORKS: 4.0, Use.MARKET: 12.0}
"""How many firms a building of a use attracts; others attract one fifth of one."""


def sited(
    world: World, uses: tuple[tuple[Use, ...], ...], kind: Ints, rng: np.random.Generator
) -> Ints:
    """Choose a building for each thing of a kind, among the uses at home to that kind."""
    use = world.buildings.use
    pull = np.array([_SITES.get(Use(u), 0.2) for u in range(len(Use))])[use]
    pull = pull * rng.gamma(1.5, 1.0, len(use))
    site = np.empty(len(kind), dtype=np.int64)
    for number, wanted in enumerate(uses):
        mine = np.flatnonzero(kind == number)
        able = np.flatnonzero(np.isin(use, wanted))
        if not len(able):
            able = np.arange(len(use))
        site[mine] = rng.choice(able, size=len(mine), p=pull[able] / pull[able].sum())
    return site


def brand_names() -> list[str]:
    """List all brands."""
    return [a + b for a in BRANDS_HEAD for b in BRANDS_TAIL if a != b]


def enterprise_rows(world: World, building_code: pa.Array) -> pa.Table:
    """Make the enterprise rows of a sample."""
    rng = stream(world.seed, "firms")
    number = world.figures.enterprises
    share = np.array([trade.share for trade in TRADES])
    kind = np.sort(rng.choice(len(TRADES), size=number, p=share / share.sum()))
    site = sited(world, tuple(trade.uses for trade in TRADES), kind, rng)
    order = np.lexsort((kind, site))
    kind, site = kind[order], site[order]
    county = world.areas.grid_county[world.buildings.grid[site]]
    county_code = np.array([int(code[:6]) for code in world.areas.county.code])[county]
    running = np.arange(number)
    risk = np.array([trade.risk for trade in TRADES], float)[kind].cumsum(axis=1)
    risk_at = (rng.random(number)[:, None] * 100 >= risk[:, :-1]).sum(axis=1)
    area = np.hstack([digits(county_code, 6), digits(running + 1, 7)])
    contact = joined(
        words(list(names.SURNAMES), _surnames(number, rng)),
        words(_given(rng), rng.integers(4000, size=number)),
    )
    return pa.table(
        {
            "code": fixed_text(
                np.hstack([area[:, :6], digits(np.full(number, 70), 3), area[:, 6:]])
            ),
            "name": _titles(world, kind, county, rng),
            "uscc": credit_codes(county_code, (running * 7_919 + 10_000_019) % 10**8),
            "category": words([trade.category for trade in TRADES], kind),
            "risk_class": words(RISKS, risk_at),
            "contact_name": contact,
            "phone": phones(running + 60_000_000),
            "address_code": pick(building_code, site),
        }
    )


def _surnames(number: int, rng: np.random.Generator) -> Ints:
    share = names.surname_shares()
    return rng.choice(len(share), size=number, p=share)


def _given(rng: np.random.Generator) -> list[str]:
    return names.given_names(rng, male=True) + names.given_names(rng, male=False)


def _titles(world: World, kind: Ints, county: Ints, rng: np.random.Generator) -> pa.Array:
    brands = brand_names()
    number = len(kind)
    trade_words, ending = [""] * number, [""] * number
    draw = rng.integers(1 << 30, size=(2, number)).tolist()
    for at, which in enumerate(kind.tolist()):
        trade = TRADES[which]
        trade_words[at] = trade.words[draw[0][at] % len(trade.words)]
        ending[at] = trade.endings[draw[1][at] % len(trade.endings)]
    return joined(
        words(world.areas.county.name, county),
        words(brands, rng.integers(len(brands), size=number)),
        pa.array(trade_words),
        pa.array(ending),
    )
