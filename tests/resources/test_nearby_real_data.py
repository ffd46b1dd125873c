"""Real cameras: every hit, count and metre against pyproj alone."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pytest
from pyproj import Geod

from tests.conftest import TestServer
from tests.resources.conftest import ask_nearby, serving

pytestmark = pytest.mark.anyio

WGS84 = Geod(ellps="WGS84")
DIRECTIONS = {name: n * 45.0 for n, name in enumerate(("N", "NE", "E", "SE", "S", "SW", "W", "NW"))}


@pytest.fixture
def cameras(shared_data: Path) -> pd.DataFrame:
    path = shared_data / "traffic-cameras" / "cameras.json"
    frame = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    frame["code"] = [f"CAM{n:05}" for n in range(len(frame))]
    return frame


def write_cameras(url: str, cameras: pd.DataFrame) -> None:
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.executemany(
            "insert into resource (code, kind, name, azimuth_deg, geom)"
            " values (%s, 'camera', %s, %s, st_point(%s, %s, 4490))",
            list(
                zip(
                    cameras["code"].tolist(),
                    cameras["description"].tolist(),
                    [DIRECTIONS.get(direction) for direction in cameras["direction"].tolist()],
                    cameras["longitude"].tolist(),
                    cameras["latitude"].tolist(),
                    strict=True,
                )
            ),
        )


async def test_cameras_around_as_pyproj_finds_them(
    postgis: TestServer, cameras: pd.DataFrame
) -> None:
    random = np.random.default_rng(21)
    middles = cameras.sample(25, random_state=21)[["longitude", "latitude"]].to_numpy()
    places = middles + random.normal(0, 0.004, middles.shape)
    lon, lat = cameras["longitude"].to_numpy(), cameras["latitude"].to_numpy()
    seen = 0
    with postgis.database() as url:
        write_cameras(url, cameras)
        async with serving(url) as client:
            for x, y in [*places.tolist(), *middles.tolist()]:
                azimuth, _, length_m = WGS84.inv(
                    np.full(len(lon), x), np.full(len(lat), y), lon, lat
                )
                within = cameras.assign(m=length_m, azimuth=azimuth % 360)
                within = within[within["m"] <= 2000].set_index("code")
                body = await ask_nearby(client, x, y, radius=2000, limit=1000)
                check(body, within)
                seen += len(within)
    assert seen > 200


def check(body: dict, within: pd.DataFrame) -> None:
    assert body["counts"]["camera"] == len(within)
    inner = pd.cut(within["m"], [-1, 500, 1000, 2000]).value_counts(sort=False).tolist()
    assert [ring["counts"]["camera"] for ring in body["rings"]] == inner
    told = [feature["properties"] for feature in body["features"]]
    assert {each["code"] for each in told} == set(within.index)
    assert [each["distance_m"] for each in told] == sorted(each["distance_m"] for each in told)
    for each in told:
        row = within.loc[each["code"]]
        assert each["distance_m"] == pytest.approx(row["m"], abs=0.01)
        assert each["azimuth_deg"] == DIRECTIONS.get(row["direction"])
        if row["m"] > 1:
            turned = (each["bearing_deg"] - row["azimuth"] + 180) % 360 - 180
            assert turned == pytest.approx(0, abs=0.01)
