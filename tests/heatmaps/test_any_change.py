"""What has changed between any two periods is what pandas and h3 count in each, in any box."""

from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.heatmaps.change_schemas import HeatmapChangeCells
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.geo.stars import bbox_of
from tests.heatmaps.test_heatmap import counted, things_of

DAYS = pd.Timestamp("2026-03-01T00:00+08:00"), pd.Timedelta(days=2)


def some_period(
    random: np.random.Generator, times: "pd.Series[pd.Timestamp]"
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Draw a period, about half of its ends at the moment of a thing; it may be an instant."""
    since, length = DAYS
    ends = [since + length * share for share in random.uniform(-0.1, 1.1, 2)]
    ends = [end.round("s") if random.integers(2) else random.choice(times) for end in ends]
    first, last = sorted(map(pd.Timestamp, ends))
    return first, last


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    layer=st.sampled_from(["events", "positions"]),
    resolution=st.integers(5, 12),
)
async def test_each_hexagon_is_counted_in_both_periods(
    client: httpx.AsyncClient, world: World, seed: int, layer: str, resolution: int
) -> None:
    """Periods hold both of their ends, boxes their edges; the two periods may overlap."""
    random = np.random.default_rng(seed)
    things = things_of(world, layer)
    points = things[["lon", "lat"]].to_numpy()
    west, south, east, north = bbox_of(random, WEST, SOUTH, SIDE, points)
    inside = things["lon"].between(west, east) & things["lat"].between(south, north)
    periods = [some_period(random, things["time"]) for _ in range(2)]
    written = ["/".join(end.isoformat() for end in period) for period in periods]
    asked: dict[str, Any] = {
        "layer": layer,
        "resolution": resolution,
        "bbox": ",".join(map(repr, (west, south, east, north))),
        "datetime": written[0],
        "before": written[1],
        "f": "json",
    }
    answer = await client.get("/heatmap/change", params=asked)
    assert answer.status_code == 200, answer.text
    found = HeatmapChangeCells(**answer.json()).cells
    now, was = (
        counted(things[inside & things["time"].between(first, last)], resolution)
        for first, last in periods
    )
    assert {each.cell: (each.count, each.before) for each in found} == {
        cell: (now[cell], was[cell]) for cell in {*now, *was}
    }
    for each in found:
        assert each.difference == each.count - each.before
        wanted = pytest.approx(each.count / each.before, abs=1e-4) if each.before else None
        assert each.ratio == wanted
