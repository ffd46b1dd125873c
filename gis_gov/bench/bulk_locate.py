"""Locate many points at once, from an Arrow table to an Arrow table, beside two other ways.

The three are asked for the same points in turns, and have to find the same grids.
"""

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import geopandas as gpd
import numpy as np
import psycopg
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.bench.wanted import Wanted
from gis_gov.db.run import sql_file

OURS, SQL, GEOPANDAS = "gis_gov", "bare SQL", "geopandas"
SEED: Final = 20250101
ARROW: Final = "application/vnd.apache.arrow.stream"
BATCH_POINTS: Final = 100_000
POINTS_PER_S: Final = 1_000_000 / 3
"""A million points within three seconds."""

Way = Callable[[pa.Table], pa.ChunkedArray]


class Disagreement(Exception):
    """Two ways found another grid for a point; the message says how many and whose."""


@dataclass(slots=True)
class Located:
    """How long one way took for all points, in seconds by round."""

    way: str
    seconds: list[float] = field(default_factory=list)

    @property
    def median_s(self) -> float:
        """Return the median over the rounds."""
        return median(self.seconds)

    def as_json(self, ours_s: float) -> dict[str, Any]:
        """Return the figures as a JSON object, with how many times longer than ours it took."""
        return {
            "way": self.way,
            "seconds": [round(each, 3) for each in self.seconds],
            "median_s": round(self.median_s, 3),
            "ratio": round(self.median_s / ours_s, 3),
        }


def bulk_wanted(points: int, found: Sequence[Located]) -> list[Wanted]:
    """Tell how fast ours is to locate many points."""
    rates = [points / each.median_s for each in found if each.way == OURS]
    limit = round(POINTS_PER_S)
    return [Wanted("points a second, by gis_gov", "≥", limit, rate) for rate in rates]


def measure_bulk_locate(
    url: str,
    port: int,
    key: str,
    points: int,
    rounds: int,
    progress: Callable[[str, float | None], None],
) -> list[Located]:
    """Locate random points around the base grids by our server, by bare SQL and by geopandas.

    Raises:
        Disagreement: they do not find the same.
        OSError: our server does not answer.

    """
    with psycopg.connect(url, autocommit=True) as connection:
        grids = connection.execute(sql_file(__package__, "bulk_grids")).fetchall()
        frame = gpd.GeoDataFrame(
            {"code": [code for code, _ in grids]},
            geometry=shapely.from_wkb([geom for _, geom in grids]),
            crs=4490,
        )
        sent = _random_points(frame, points)
        ways: dict[str, Way] = {
            OURS: lambda table: _by_server(port, key, table),
            SQL: lambda table: _by_sql(connection, table),
            GEOPANDAS: lambda table: _by_geopandas(frame, table),
        }
        found = {way: Located(way) for way in ways}
        for turn in range(rounds):
            answers: dict[str, pa.ChunkedArray] = {}
            for number, (way, ask) in enumerate(ways.items()):
                progress(way, (turn * len(ways) + number) / (rounds * len(ways)))
                started = time.perf_counter()
                answers[way] = ask(sent)
                found[way].seconds.append(time.perf_counter() - started)
            compare_answers(answers)
    return list(found.values())


def _random_points(grids: gpd.GeoDataFrame, count: int) -> pa.Table:
    west, south, east, north = grids.total_bounds
    lon, lat = np.random.default_rng(SEED).uniform((west, south), (east, north), (count, 2)).T
    return pa.table({"lon": lon, "lat": lat})


def _by_server(port: int, key: str, table: pa.Table) -> pa.ChunkedArray:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table, max_chunksize=BATCH_POINTS)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        headers = {"content-type": ARROW, "authorization": f"Bearer {key}"}
        connection.request("POST", "/locate", memoryview(sink.getvalue()), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise OSError(f"POST /locate: status {answer.status}: {body[:200]!r}")
    finally:
        connection.close()
    return pa.ipc.open_stream(body).read_all()["grid_code"]


def _by_sql(connection: psycopg.Connection[Any], table: pa.Table) -> pa.ChunkedArray:
    lon, lat = (table[name].to_pylist() for name in ("lon", "lat"))
    codes: list[str | None] = [None] * table.num_rows
    with connection.transaction():
        connection.execute(sql_file(__package__, "bulk_points"))
        with connection.cursor().copy("copy bulk_point from stdin (format binary)") as copy:
            copy.set_types(["int4", "float8", "float8"])
            for row in zip(range(table.num_rows), lon, lat, strict=True):
                copy.write_row(row)
        for number, code in connection.execute(sql_file(__package__, "bulk_locate")):
            codes[number] = code
    return pa.chunked_array([pa.array(codes, pa.string())])


def _by_geopandas(grids: gpd.GeoDataFrame, table: pa.Table) -> pa.ChunkedArray:
    dots = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy()), crs=4490
    )
    joined = dots.sjoin(grids, predicate="covered_by")
    lowest = joined.sort_values("code").groupby(level=0)["code"].first().reindex(dots.index)
    return pa.chunked_array([pa.array(lowest, pa.string(), from_pandas=True)])


def compare_answers(answers: Mapping[str, pa.ChunkedArray]) -> None:
    """Compare the codes that each way found with ours.

    Raises:
        Disagreement: naming the first way that found others.

    """
    ours = _texts(answers[OURS])
    for way, codes in answers.items():
        others = int(np.count_nonzero(_texts(codes) != ours))
        if others:
            raise Disagreement(f"{way} found another grid for {others} points")


def _texts(codes: pa.ChunkedArray) -> NDArray[np.object_]:
    told = codes.cast(pa.string()).fill_null("")
    return np.asarray(told.to_numpy(zero_copy_only=False), dtype=np.object_)


def ratios(found: Sequence[Located]) -> list[float]:
    """Return how many times longer each way took than the first."""
    return [each.median_s / found[0].median_s for each in found]
