"""Crossings and alarms are measured as the server finds them."""

import pytest

from gis_gov.bench.alarms import measure_alarms
from gis_gov.bench.crossings import AT_ONCE, FENCES, measure_crossings, walking

pytestmark = pytest.mark.anyio


async def test_fixes_are_looked_at_in_the_database(own_database_url: str) -> None:
    with walking(own_database_url) as on:
        mesh, few = await measure_crossings(own_database_url, on, 0.01)
    assert (mesh.fences, mesh.fixes) == (FENCES, AT_ONCE)
    assert (few.fences, few.fixes) == (400, AT_ONCE)
    for measured in (mesh, few):
        assert measured.events > 100
        assert measured.taken_s > 0
        assert measured.rate > 0


async def test_a_look_for_alarms_is_measured(own_database_url: str) -> None:
    with walking(own_database_url) as on:
        measured = await measure_alarms(own_database_url, on, 0.01)
    assert measured.fences == FENCES
    assert len(measured.looks.times_ms) == 1
    assert measured.raised > 100
