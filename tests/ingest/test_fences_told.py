"""Fences from files are told, and tell, as those that are drawn over HTTP."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_gov.db.pool import Pool
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.fence_schemas import FenceNew
from gis_gov.fences.known import KnownFences
from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from gis_gov.ingest.report import Report
from gis_gov.settings import Settings
from tests.fences.walks import METRE_DEG, MORNING, Walked, put, short
from tests.ingest.conftest import box
from tests.patrols.conftest import people_url, running, signed_in
from tests.registry.conftest import EAST, WEST
from tests.sealed import SEALER
from tests.signed_in import Client

__all__ = ["people_url", "running", "signed_in"]

pytestmark = pytest.mark.anyio

SQUARE = box(113.14, 22.04, 113.16, 22.06)
LINE = {"type": "LineString", "coordinates": [[113.11, 22.05], [113.15, 22.05]]}
# Members of what is sent whose fields have other names in files.
NAMES = {
    "grid": "grid_code",
    "area": "area_code",
    "for_area": "for_area_code",
    "for_workers": "for_worker_codes",
}


@pytest.fixture
async def pool(people_url: str) -> AsyncIterator[Pool]:
    async with Pool(people_url, Settings(pool_min=1, pool_max=3)) as pool:
        yield pool


def load_fences(url: str, path: Path, **told: Any) -> Report:
    with psycopg.connect(url, autocommit=True) as connection:
        return load("fences", [path], LoadOptions.told(**told), connection, SEALER)


def feature(sent: dict[str, Any]) -> dict[str, Any]:
    """Write what is sent to the API as a GeoJSON feature, lists and all."""
    properties = {NAMES.get(name, name): value for name, value in sent.items()}
    geometry = properties.pop("geometry", None)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_features(path: Path, sent: list[dict[str, Any]]) -> Path:
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature(each) for each in sent]})
    )
    return path


def alike(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in {"code", "updated_at"}}


@st.composite
def fences(draw: st.DrawFn) -> dict[str, Any]:
    """Whatever may be sent."""
    step = st.integers(1, 50).map(lambda n: n / 1_000)
    west, south, wide, high = 113.1 + draw(step), 22 + draw(step), draw(step), draw(step)
    square = box(west, south, west + wide, south + high)
    line = {"type": "LineString", "coordinates": [[west, south], [west + wide, south + high]]}
    both = {"type": "MultiPolygon", "coordinates": [square["coordinates"]]}
    shape = draw(
        st.sampled_from(
            [
                {"geometry": square},
                {"geometry": both},
                {"geometry": line, "width_m": draw(st.floats(0.1, 10_000))},
                {"grid": f"{EAST}101"},
                {"area": WEST},
            ]
        )
    )
    clock = st.times().map(lambda time: f"{time:%H:%M}")
    seconds = st.floats(0, 86_400)
    words = st.sampled_from(["enter", "exit", "cross", "inside", "outside"])
    moment = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - of UTC, below
    windows = st.lists(
        st.fixed_dictionaries(
            {
                "weekdays": st.lists(st.integers(1, 7), min_size=1, max_size=7),
                "from": clock,
                "to": clock,
            }
        ),
        min_size=1,
        max_size=3,
    )
    validity = sorted(draw(st.lists(moment, min_size=2, max_size=2, unique=True)))
    begins, ends = (f"{each.replace(tzinfo=UTC).isoformat()}" for each in validity)
    letters = st.characters(min_codepoint=33, max_codepoint=0x9FFF, exclude_categories=["C", "Z"])
    optional = {
        "tells": st.lists(words, min_size=1, max_size=5),
        "dwell_s": seconds,
        "hysteresis_m": st.floats(0, 1_000),
        "windows": windows,
        "valid_from": st.just(begins),
        "valid_to": st.just(ends),
        "away_s": seconds,
        "alone_s": seconds,
        "near_m": st.floats(0.1, 1_000),
        "near_s": seconds,
        "is_active": st.booleans(),
    }
    whom = draw(st.sampled_from([{}, {"for_area": WEST}, {"for_workers": ["W2", "W1"]}]))
    rest = draw(st.fixed_dictionaries({}, optional=optional))
    return {"name": draw(st.text(letters, min_size=1, max_size=40)), **shape, **whom, **rest}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=st.lists(fences(), min_size=1, max_size=5))
async def test_what_may_be_posted_may_be_loaded_and_is_told_alike(
    signed_in: Client, people_url: str, tmp_path: Path, sent: list[dict[str, Any]]
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from fence")
    commander = await signed_in("commander")
    for number, each in enumerate(sent):
        FenceNew.model_validate({"code": f"P{number}", **each})
        answer = await commander.post("/fences", json={"code": f"P{number}", **each})
        assert answer.status_code == 201, answer.text
    file = write_features(
        tmp_path / "f.geojson", [{"code": f"L{n}", **each} for n, each in enumerate(sent)]
    )
    report = await asyncio.to_thread(load_fences, people_url, file)
    assert report.inserted == len(sent), report.as_json()
    assert (await asyncio.to_thread(load_fences, people_url, file)).unchanged == len(sent)
    told = (await commander.get("/fences?limit=100")).json()["fences"]
    loaded, posted = told[: len(sent)], told[len(sent) :]
    assert [alike(each) for each in loaded] == [alike(each) for each in posted]


async def test_a_loaded_fence_tells_who_comes_in(
    people_url: str, pool: Pool, tmp_path: Path
) -> None:
    """And is known to a server that has read the others already."""
    keeper = CrossingKeeper(pool, KnownFences())
    put(people_url, [Walked(1, 0, 0), Walked(1, 60, 200)])
    await keeper.keep()
    assert short(people_url) == []
    west, east = (113.15 + metres * METRE_DEG for metres in (100, 300))
    sent = {
        "code": "F1",
        "name": "x",
        "geometry": box(west, 22.049, east, 22.051),
        "valid_from": (MORNING - timedelta(hours=1)).isoformat(),
    }
    file = write_features(tmp_path / "f.geojson", [sent])
    assert (await asyncio.to_thread(load_fences, people_url, file)).inserted == 1
    await keeper.keep()
    assert [each[:3] for each in short(people_url)] == [("W1", "F1", "enter")]
    put(people_url, [Walked(1, 120, 0)])
    await keeper.keep()
    assert [each[:3] for each in short(people_url)] == [("W1", "F1", "enter"), ("W1", "F1", "exit")]


async def test_what_is_told_may_be_loaded_again(
    signed_in: Client, people_url: str, tmp_path: Path
) -> None:
    """By the members of the API, of which only `area_code` means another thing."""
    commander = await signed_in("commander")
    drawn = {"code": "F1", "name": "a", "geometry": LINE, "width_m": 40, "for_workers": ["W1"]}
    windows = [{"weekdays": [1], "from": "08:00", "to": "09:00"}]
    for sent in (drawn, {"code": "F2", "name": "b", "area": EAST, "windows": windows}):
        assert (await commander.post("/fences", json=sent)).status_code == 201
    told = (await commander.get("/fences")).json()["fences"]
    for each in told:
        if each["area"] or each["grid"]:
            each["geometry"] = None
    file = tmp_path / "f.json"
    file.write_text(json.dumps(told))
    report = await asyncio.to_thread(
        load_fences, people_url, file, crs="wgs84", maps=("area_code=area",)
    )
    assert (report.unchanged, report.reasons) == (2, {})


async def test_a_table_with_wkt_loads_as_well(
    signed_in: Client, people_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "f.csv"
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["code", "name", "width_m", "wkt"])
        writer.writerow(["F1", "x", "12.5", "LINESTRING (113.11 22.05, 113.15 22.05)"])
    assert (await asyncio.to_thread(load_fences, people_url, file, crs="wgs84")).inserted == 1
    told = (await (await signed_in("commander")).get("/fences/F1")).json()
    assert (told["geometry"], told["width_m"], told["area_code"]) == (LINE, 12.5, EAST)
