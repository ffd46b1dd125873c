"""On real data the answers are those of geopandas: Shenzhen's 500 m grid and its taxi trips."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import httpx
import pandas as pd
import psycopg
import pytest
import shapely

from gis_gov.app import create_app
from gis_gov.geo.cells import cells_of
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.signed_in import client_of, every_right

CITY = "4403"


@dataclass(frozen=True)
class Shenzhen:
    """The database, and its rows as geopandas read them."""

    url: str
    districts: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    trips: gpd.GeoDataFrame


@pytest.fixture(scope="session")
def shenzhen(postgis: TestServer, shared_data: Path) -> Iterator[Shenzhen]:
    folder = shared_data / "shenzhen-grid-and-transit"
    districts = gpd.read_file(folder / "sz_districts.geojson").to_crs(4490)
    districts["code"] = [f"{CITY}{n:02}" for n in range(len(districts))]
    grids = gpd.read_file(folder / "sz_grid.shp").set_crs(4490)
    grids["code"] = [f"G{n:05}" for n in range(len(grids))]
    centres = gpd.GeoDataFrame(geometry=shapely.centroid(grids.geometry.values), crs=4490)
    own = first_by_code(centres, districts)
    grids["area"] = own.fillna(CITY).to_numpy()
    table = pd.read_csv(shared_data / "gps-tracks" / "shenzhen_taxi_trips.csv")
    trips = gpd.GeoDataFrame(
        {"time": pd.to_datetime(table["Stime"]).dt.tz_localize("Asia/Shanghai")},
        geometry=gpd.points_from_xy(table["Lng"], table["Lat"]),
        crs=4490,
    )
    trips["grid"] = first_by_code(trips, grids)
    trips["area"] = trips["grid"].map(grids.set_index("code")["area"])
    alone = trips["grid"].isna()
    trips.loc[alone, "area"] = first_by_code(trips[alone], districts)
    with postgis.database() as url:
        with psycopg.connect(url) as conn:
            write(conn, districts, grids, trips)
        yield Shenzhen(url, districts, grids, trips)


def first_by_code(points: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Return the lowest code of the shapes that cover each point, None for none."""
    joined = gpd.sjoin(points[["geometry"]], shapes[["code", "geometry"]], predicate="covered_by")
    return joined.groupby(level=0)["code"].min().reindex(points.index)


def write(
    conn: psycopg.Connection[Any],
    districts: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
    trips: gpd.GeoDataFrame,
) -> None:
    cursor = conn.cursor()
    cursor.execute("insert into area (code, name, level) values (%s, '深圳市', 'city')", [CITY])
    cursor.execute(
        "insert into area (code, name, level, parent_id, geom)"
        " select d.code, d.name, 'district', a.id, st_multi(st_geomfromwkb(d.wkb, 4490))"
        " from unnest(%s::text[], %s::text[], %s::bytea[]) as d (code, name, wkb),"
        " area as a where a.code = %s",
        [list(districts["code"]), list(districts["qh"]), list(districts.geometry.to_wkb()), CITY],
    )
    cursor.execute(
        "insert into grid (code, name, area_id, geom)"
        " select g.code, g.code, a.id, st_multi(st_geomfromwkb(g.wkb, 4490))"
        " from unnest(%s::text[], %s::text[], %s::bytea[]) as g (code, area_code, wkb)"
        " inner join area as a on a.code = g.area_code",
        [list(grids["code"]), list(grids["area"]), list(grids.geometry.to_wkb())],
    )
    lons, lats = trips.geometry.x, trips.geometry.y
    columns = (trips["time"], lons.tolist(), lats.tolist(), cells_of(lons, lats).tolist())
    with cursor.copy("copy event (code, reported_at, geom, cell) from stdin") as copy:
        for n, (time, lon, lat, cell) in enumerate(zip(*columns, strict=True)):
            copy.write_row((f"t{n}", time, f"SRID=4490;POINT({lon!r} {lat!r})", cell))


@pytest.fixture(scope="session")
async def client(shenzhen: Shenzhen) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings().with_database(shenzhen.url))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        client_of(transport, every_right(shenzhen.url)) as opened,
    ):
        yield opened


async def rows(client: httpx.AsyncClient, **parameters: str) -> dict[str | None, int]:
    answer = await client.get("/statistics", params={"measures": "events", **parameters})
    assert answer.status_code == 200, answer.text
    return {row["code"]: row["events"] for row in answer.json()["rows"] if row["events"]}


def counts(codes: "pd.Series[str]") -> dict[str | None, int]:
    counted = Counter(None if pd.isna(code) else code for code in codes)
    return dict(counted)


async def test_trips_by_grid(client: httpx.AsyncClient, shenzhen: Shenzhen) -> None:
    wanted = counts(shenzhen.trips["grid"])
    assert await rows(client, level="grid") == wanted
    assert len(wanted) > 1000
    assert sum(wanted.values()) == len(shenzhen.trips) == 10_619


async def test_trips_by_district(client: httpx.AsyncClient, shenzhen: Shenzhen) -> None:
    """A grid on the border belongs to one district: the roll-up is not the district's outline."""
    area = shenzhen.trips["area"]
    assert await rows(client, level="district") == counts(area.where(area != CITY))
    assert await rows(client, level="city") == counts(area.where(area.isna(), CITY))


async def test_trips_of_a_district_in_an_hour(
    client: httpx.AsyncClient, shenzhen: Shenzhen
) -> None:
    code = shenzhen.trips["area"].value_counts().index[0]
    trips = shenzhen.trips[shenzhen.trips["area"] == code]
    hour = trips["time"].between("2020-01-20T08:00+08:00", "2020-01-20T09:00+08:00")
    interval = "2020-01-20T08:00:00+08:00/2020-01-20T09:00:00+08:00"
    found = await rows(client, level="grid", within=code, datetime=interval)
    assert found == counts(trips[hour]["grid"])
    assert sum(found.values()) > 50


@pytest.mark.parametrize("resolution", [5, 8, 11])
async def test_heat_map_of_all_trips(
    client: httpx.AsyncClient, shenzhen: Shenzhen, resolution: int
) -> None:
    answer = await client.get(
        "/heatmap", params={"layer": "events", "resolution": resolution, "f": "json"}
    )
    points = shenzhen.trips.geometry
    assert answer.json()["cells"] == Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution)
        for lon, lat in zip(points.x, points.y, strict=True)
    )


async def test_heat_map_of_the_trips_in_a_box(
    client: httpx.AsyncClient, shenzhen: Shenzhen
) -> None:
    points = shenzhen.trips.geometry
    # The sides run through trips: those on the edge count.
    west, east = points.x.quantile([0.2, 0.7], interpolation="nearest")
    south, north = points.y.quantile([0.3, 0.9], interpolation="nearest")
    answer = await client.get(
        "/heatmap",
        params={"layer": "events", "bbox": f"{west!r},{south!r},{east!r},{north!r}"},
    )
    box = shapely.box(west, south, east, north)
    inside = shapely.covers(box, points.to_numpy())
    told = sum(f["properties"]["count"] for f in answer.json()["features"])
    assert told == inside.sum() > 1000
