"""Crossings are measured as the server finds them."""

import pytest

from gis_gov.bench.crossings import AT_ONCE, FENCES, measure_crossings

pytestmark = pytest.mark.anyio


async def test_fixes_are_looked_at_in_the_database(own_database_url: str) -> None:
    measured = await measure_crossings(own_database_url, 0.01)
    assert (measured.fences, measured.fixes) == (FENCES, AT_ONCE)
    assert measured.events > 100
    assert measured.taken_s > 0
    assert measured.rate > 0
