"""Grids and areas are drawn: where they may be, beside what is there, and what is told of it."""


import pytest

from tests.ogc.writing.conftest import Site
from tests.ogc.writing.drawing import (
    CONFLICT,
    GRIDS,
    LEFT,
    RIGHT,
    as_it_was,
    grids_of_addresses,
    land,
    redrawn,
    strip,
)

__all__ = ["as_it_was", "land"]


async def test_an_edge_is_moved_giving_first(as_it_was: Site) -> None:
    site = as_it_was
    before = grids_of_addresses(site)
    assert before["Z30"] == RIGHT
    async with site.surveyor() as client:
        taken = await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.1, 113.17))
        assert taken.status_code == 409
        problem = taken.json()
        assert problem["type"] == CONFLICT
        (fault,) = problem["faults"]
        assert (fault["kind"], fault["codes"]) == ("overlap", [LEFT, RIGHT])
        assert RIGHT in problem["detail"]
        assert f"{fault['area_m2']:.1f} m²" in problem["detail"]
        assert fault["area_m2"] == pytest.approx(0.02 * 0.1 * 111_320 * 110_600 * 0.927, rel=0.01)
        assert grids_of_addresses(site) == before
        given = await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.17, 113.2))
        assert given.status_code == 200, given.text
        assert grids_of_addresses(site)["Z30"] is None
        taken = await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.1, 113.17))
        assert taken.status_code == 200, taken.text
    now = grids_of_addresses(site)
    assert now["Z30"] == LEFT
    assert {code for code in now if now[code] != before[code]} == {
        f"Z{n}" for n in range(26, 36) if before[f"Z{n}"] == RIGHT
    }
