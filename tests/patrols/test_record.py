"""The record of a patrol: as a trajectory, as GPX that GDAL reads, and as a table."""

import csv
import io
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pyogrio
import pytest

from gis_gov.access.permissions import Permission
from gis_gov.access.roles import ROLES, Role
from tests.patrols.test_patrols import MORNING, YESTERDAY, listed, tell, walk
from tests.registry.conftest import EAST, WEST
from tests.signed_in import Client

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # that Stone Soup is not there
    import movingpandas as mpd

pytestmark = pytest.mark.anyio

PATH = f"/patrols/W1-{YESTERDAY:%Y%m%d}-1/positions"


@pytest.fixture
async def fixes(signed_in: Client) -> list[dict[str, object]]:
    told = walk(MORNING, 1200)
    told[50] |= {"lon": 113.05}
    await tell(await signed_in("gateway"), told)
    await listed(await signed_in("commander"), worker="W1")
    return told


async def test_as_a_trajectory(signed_in: Client, fixes: list[dict[str, object]]) -> None:
    answer = await (await signed_in("commander")).get(PATH)
    told = answer.json()
    way = told["temporalGeometry"]
    assert (told["type"], way["type"], len(way["datetimes"])) == ("Feature", "MovingPoint", 101)
    assert way["coordinates"][0] == [
        pytest.approx(fixes[0]["lon"], abs=1e-7),
        pytest.approx(fixes[0]["lat"], abs=1e-7),
    ]
    (properties,) = told["temporalProperties"]
    reasons = properties["rejected_for"]["values"]
    assert [n for n, reason in enumerate(reasons) if reason] == [50]
    assert properties["accuracy_m"]["values"] == [6.0] * 101


# MovingPandas sorts in a way that pandas will no more have, and takes UTC for local time.
@pytest.mark.filterwarnings("ignore:Time zone information dropped")
@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")
async def test_movingpandas_reads_the_trajectory(
    signed_in: Client, fixes: list[dict[str, object]], tmp_path: Path
) -> None:
    file = tmp_path / "patrol.mf.json"
    file.write_bytes((await (await signed_in("commander")).get(PATH)).content)
    read = cast(Any, mpd.read_mf_json(str(file)))
    assert read.crs.to_epsg() == 4326
    assert len(read.df) == len(fixes)
    assert read.df.index[0].timestamp() == MORNING.timestamp()
    assert read.get_start_location().x == pytest.approx(fixes[0]["lon"], abs=1e-7)
    assert read.get_duration().total_seconds() == 1000


async def test_gdal_reads_the_gpx(
    signed_in: Client, fixes: list[dict[str, object]], tmp_path: Path
) -> None:
    answer = await (await signed_in("commander")).get(PATH, params={"f": "gpx"})
    assert answer.headers["content-type"] == "application/gpx+xml"
    file = tmp_path / "patrol.gpx"
    file.write_bytes(answer.content)
    points = pyogrio.read_dataframe(file, layer="track_points")
    assert len(points) == len(fixes) - 1
    assert points.crs.to_epsg() == 4326
    assert points.time.is_monotonic_increasing
    assert points.geometry.x.min() > 113.1
    assert points.time.iloc[0].timestamp() == MORNING.timestamp()


async def test_as_a_table(signed_in: Client, fixes: list[dict[str, object]]) -> None:
    answer = await (await signed_in("commander")).get(PATH, params={"f": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(fixes)
    assert [row["rejected_for"] for row in rows].count("jump") == 1
    assert float(rows[7]["lon"]) == pytest.approx(fixes[7]["lon"], abs=1e-7)


async def test_who_may_have_it(signed_in: Client, fixes: list[dict[str, object]]) -> None:
    assert (await (await signed_in("supervisor", area=WEST)).get(PATH)).status_code == 404
    assert (await (await signed_in("analyst")).get(PATH)).status_code == 403
    east = await signed_in("supervisor", area=EAST)
    assert len((await east.get(PATH)).json()["temporalGeometry"]["datetimes"]) == len(fixes) - 1
    assert (await east.get(PATH, params={"f": "gpx"})).status_code == 200
    assert (await east.get(PATH, params={"f": "kml"})).status_code == 400


@pytest.mark.parametrize("form", ["gpx", "csv"])
async def test_who_may_only_read_takes_nothing_out(
    signed_in: Client,
    fixes: list[dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    """No role of ours reads ways without `export`; one that did would take no file of them."""
    roles = cast(dict[str, Role], ROLES)
    worker = ROLES["grid_worker"]
    rights = worker.permissions | {Permission.WORKER_READ, Permission.TRACK_READ}
    monkeypatch.setitem(roles, "grid_worker", replace(worker, permissions=rights))
    reader = await signed_in("grid_worker", area=EAST)
    read = (await reader.get(PATH)).json()
    assert len(read["temporalGeometry"]["datetimes"]) == len(fixes) - 1
    refused = await reader.get(PATH, params={"f": form})
    assert (refused.status_code, refused.json()["right"]) == (403, "export")
