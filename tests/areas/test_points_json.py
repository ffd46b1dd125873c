"""Many points as JSON: a result each, in their order; what is no list of points is refused."""

import httpx
import numpy as np
import pytest

from gis_gov.areas.schemas import LocatedMany
from tests.areas.posting import GRIDS, POINTS, post, refused
from tests.areas.trap_district import at

pytestmark = pytest.mark.anyio

JSON_MAX = 100_000


async def test_each_result_is_what_get_answers(site: httpx.AsyncClient) -> None:
    answer = await site.post(
        "/locate", json={"points": POINTS}, headers={"accept-encoding": "identity"}
    )
    LocatedMany.model_validate_json(answer.content, strict=True)
    single = [
        (await site.get("/locate", params={"lon": lon, "lat": lat})).json() for lon, lat in POINTS
    ]
    assert answer.json() == {"results": single}
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_no_points_have_no_results(site: httpx.AsyncClient) -> None:
    assert (await site.post("/locate", json={"points": []})).json() == {"results": []}


async def test_the_order_holds_over_many_batches(site: httpx.AsyncClient) -> None:
    picked = np.random.default_rng(3).integers(0, len(POINTS), 25_000).tolist()
    answer = await site.post("/locate", json={"points": [POINTS[n] for n in picked]})
    found = [each["grid"] and each["grid"]["code"] for each in answer.json()["results"]]
    assert found == [GRIDS[n] for n in picked]


async def test_the_datum_counts_for_all_points(site: httpx.AsyncClient) -> None:
    answer = await site.post("/locate?crs=EPSG:4611", json={"points": [at(0.9, 0.5), at(0.1, 0.5)]})
    assert [each["grid"]["code"] for each in answer.json()["results"]] == ["b", "a"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"points": [[113.3, 22.9], [22.9, 113.3]]}', "body.points.1.1"),
        ('{"points": [[113.3, 22.9], [NaN, 1]]}', "body.points.1.0"),
        ('{"points": [[113.3, 22.9], [1, 1e999]]}', "body.points.1.1"),
        ('{"points": [["113.3", 22.9]]}', "body.points.0.0"),
        ('{"points": [[true, 22.9]]}', "body.points.0.0"),
        ('{"points": [[113.3, null]]}', "body.points.0.1"),
        ('{"points": [[113.3, 22.9, 5]]}', "body.points.0"),
        ('{"points": [[113.3]]}', "body.points.0.1"),
        ('{"points": {}}', "body.points"),
        ('{"points": [], "crs": "wgs84"}', "body.crs"),
        ("[[113.3, 22.9]]", "body"),
        ('{"points": [[113.3, 22.9]', "body"),
        ("", "body"),
    ],
)
async def test_what_is_no_list_of_points_is_refused(
    site: httpx.AsyncClient, body: str, said: str
) -> None:
    detail = refused(await post(site, body, "application/json"), 400, "invalid-request")
    assert detail.startswith(f"{said}: ")


async def test_the_largest_number_of_points(site: httpx.AsyncClient) -> None:
    points = [POINTS[0]] * JSON_MAX
    answer = await site.post("/locate", json={"points": points})
    assert len(answer.json()["results"]) == JSON_MAX
    answer = await site.post("/locate", json={"points": [*points, POINTS[0]]})
    assert "CSV or Arrow" in refused(answer, 413, "too-large")
