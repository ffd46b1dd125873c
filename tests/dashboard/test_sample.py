"""The small sample district, as a new home shows it."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import serving
from tests.dashboard.people import join
from tests.dashboard.visit import Visit


@pytest.fixture(scope="module")
def sample_site(sample_url: str) -> Iterator[str]:
    with serving(sample_url) as (address, _):
        yield address


def test_the_sample_district_is_shown_and_searched(
    window: Page, sample_url: str, sample_site: str, tmp_path: Path
) -> None:
    with psycopg.connect(sample_url) as conn:
        grids = conn.execute("select code from grid where layer in ('base', 'exclusive')")
        codes = {code for (code,) in grids}
        row = conn.execute(
            "select st_x(geom), st_y(geom), name from resource where kind = 'centre' order by code"
        ).fetchone()
    assert row
    lon, lat, name = row
    commander = join(sample_url, sample_site, "yangban", "commander")
    commander.take(window)
    visit = Visit(window, sample_site).open("#layers=areas,grids,closed,events,centres")
    assert {grid["code"] for grid in visit.rendered("grids-fill")} == codes
    assert sum(each["count"] for each in visit.rendered("events-closed")) > 1000
    assert (tmp_path / "sample.png").write_bytes(window.screenshot()) > 100_000

    visit.click_map(lon, lat)
    visit.answered()
    point = dict(zip(("lon", "lat"), visit.fragment()["point"].split(","), strict=True))
    query = {**point, "radius": 1000, "kinds": "camera,worker,centre,poi", "limit": 50}
    found = commander.send("GET", "/nearby", params=query).json()
    names = [feature["properties"]["name"] for feature in found["features"]]
    assert window.locator(".results .name b").all_inner_texts() == names
    assert name in names
    assert len(names) == 50
    total = sum(found["counts"].values())
    assert f"共 {total:,} 个，列出最近的 50 个" in window.locator(".results-note").inner_text()
    visit.assert_clean()
