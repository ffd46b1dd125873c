"""Any drawn polygon is told apart by category as geopandas tells it, for whoever may know."""

from collections import Counter
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gis_gov.geo.measure import area_m2
from gis_gov.statistics.categories import CATEGORIES
from tests.geo.stars import star
from tests.statistics.test_polygon_categories import SIDE, SOUTH, WEST, Tables, inside, told
from tests.statistics.told_apart import GRANTS, things_of, values_of

TOLD = {layer: list(known) for layer, known in CATEGORIES.items() if known}
"""By which categories each measure is told apart."""
DAYS = [None, "2026-01-01/2026-02-28", "../2025-12-31", "2026-01-15"]


@pytest.fixture(scope="module")
def keys(tables: Tables) -> list[dict[str, str]]:
    return [grant.key(tables[0]) for grant in GRANTS]


def during(things: pd.DataFrame, days: str | None) -> pd.DataFrame:
    """Keep the events of a time."""
    if days is None:
        return things
    told_on = things["reported_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    first, last = days.split("/") if "/" in days else (days, days)
    return things[told_on.between("" if first == ".." else first, last)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    corners=st.integers(3, 12),
    layer=st.sampled_from(sorted(TOLD)),
    reader=st.integers(0, len(GRANTS) - 1),
)
async def test_each_row_is_what_geopandas_counts(
    told_apart: httpx.AsyncClient,
    tables: Tables,
    keys: list[dict[str, str]],
    seed: int,
    corners: int,
    layer: str,
    reader: int,
) -> None:
    """Of stars with a hole, some of whose corners lie on the things themselves."""
    read, random = tables[1], np.random.default_rng(seed)
    homes = shapely.get_coordinates(shapely.from_wkb(read["event"]["geom"].dropna()))
    shape: Any = star(random, corners, WEST, SOUTH, SIDE, homes)
    assume(not shape.is_empty)
    names = random.permutation(TOLD[layer])[: random.integers(1, 4)].tolist()
    days = str(random.choice(DAYS[1:])) if layer == "events" and random.integers(2) else None
    asked = {"measures": layer, "by": ",".join(names)} | ({"datetime": days} if days else {})
    found = await told(told_apart, keys[reader], shape, **asked)
    things = during(inside(things_of(read, layer, GRANTS[reader]), shape), days)
    wanted = Counter(zip(*(values_of(things, layer, name) for name in names), strict=True))
    rows = {tuple(row[name] for name in names): row for row in found["figures"]}
    assert len(rows) == len(found["figures"])
    assert {values: row["count"] for values, row in rows.items()} == dict(wanted)
    assert found["total"] == len(things)
    squared = float(area_m2(shape)) / 1e6
    for row in rows.values():
        share, density = row["share"], row["per_km2"]
        assert (share["numerator"], share["denominator"]) == (row["count"], len(things))
        assert share["value"] == pytest.approx(row["count"] / len(things), abs=1e-6)
        assert density["value"] == pytest.approx(row["count"] / squared, abs=1e-5)


def test_the_shapes_hold_some_and_not_others(tables: Tables) -> None:
    """Or the comparison above would say little."""
    homes = tables[1]["event"]["geom"].dropna()
    points = shapely.from_wkb(homes)
    corners = shapely.get_coordinates(points)
    shares = [
        shapely.intersects(
            star(np.random.default_rng(seed), 7, WEST, SOUTH, SIDE, corners), points
        ).mean()
        for seed in range(20)
    ]
    assert np.median(shares) > 0.1
    assert max(shares) < 0.9
