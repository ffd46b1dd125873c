"""Many points as Arrow: each column comes back, with the grids; nothing in it is trusted."""

import io
import tracemalloc
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from gis_gov.areas.place_index import AreaRow, GridRow, PlaceIndex
from gis_gov.areas.points_arrow import BATCH_ROWS, answer_arrow
from gis_gov.areas.schemas import ARROW
from gis_gov.body import MEGABYTE, spool
from gis_gov.geo.datum import Datum
from tests.areas.posting import GRIDS, POINTS, post, refused
from tests.areas.trap_district import TRAPS

pytestmark = pytest.mark.anyio


def stream_of(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=5)
    return sink.getvalue()


def points_table() -> pa.Table:
    lon, lat = zip(*POINTS, strict=True)
    return pa.table(
        {
            "trap": pa.array(list(TRAPS)).dictionary_encode(),
            "lon": [*lon],
            "lat": [*lat],
            "more": [[n, None] for n in range(len(lon))],
        },
        metadata={"made_by": "a test"},
    )


async def test_columns_come_back_with_the_grids(site: httpx.AsyncClient) -> None:
    sent = points_table()
    answer = await post(site, stream_of(sent), ARROW)
    assert answer.headers["content-type"] == ARROW
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column("grid_code").to_pylist() == GRIDS
    assert pa.types.is_dictionary(table.schema.field("grid_code").type)
    assert table.drop_columns("grid_code").equals(sent, check_metadata=True)


async def test_a_pandas_frame_goes_there_and_back(site: httpx.AsyncClient) -> None:
    frame = pd.DataFrame(POINTS, columns=["lon", "lat"], index=list(TRAPS))
    answer = await post(site, stream_of(pa.Table.from_pandas(frame)), ARROW)
    back = pa.ipc.open_stream(answer.content).read_pandas()
    pd.testing.assert_frame_equal(back[["lon", "lat"]], frame)
    assert [None if pd.isna(code) else code for code in back["grid_code"]] == GRIDS


async def test_no_time_is_lost_in_compressing(site: httpx.AsyncClient) -> None:
    sent = stream_of(points_table())
    assert site.headers["accept-encoding"].startswith("gzip")
    answer = await post(site, sent, ARROW)
    assert len(answer.content) > 1000
    assert answer.headers["content-encoding"] == "identity"
    assert answer.headers["content-length"] == str(len(answer.content))


async def test_nulls_have_no_grid(site: httpx.AsyncClient) -> None:
    table = pa.table({"lon": [None, 113.305], "lat": [None, 22.905]})
    answer = await post(site, stream_of(table), ARROW)
    assert pa.ipc.open_stream(answer.content).read_all()["grid_code"].to_pylist() == [None, "a"]


@pytest.mark.parametrize("kind", [pa.float32(), pa.int16(), pa.decimal128(9, 4)])
async def test_any_numbers_are_taken(site: httpx.AsyncClient, kind: pa.DataType) -> None:
    whole = pa.array([113.0, 114.0]).cast(kind)
    answer = await post(site, stream_of(pa.table({"lon": whole, "lat": whole})), ARROW)
    assert "lat is 113" in refused(answer, 400, "bad-point")


async def test_an_empty_table_comes_back_empty(site: httpx.AsyncClient) -> None:
    answer = await post(site, stream_of(points_table().slice(0, 0)), ARROW)
    table = pa.ipc.open_stream(answer.content).read_all()
    assert (table.num_rows, table.column_names[-1]) == (0, "grid_code")


@pytest.mark.parametrize(
    ("lon", "lat"), [(float("nan"), 1.0), (float("inf"), 1.0), (22.9, 113.3), (None, 22.9)]
)
async def test_a_row_with_no_position_is_named(
    site: httpx.AsyncClient, lon: float | None, lat: float
) -> None:
    table = pa.table({"lon": [*[1.0] * 6, lon], "lat": [*[1.0] * 6, lat]})
    assert refused(await post(site, stream_of(table), ARROW), 400, "bad-point").startswith(
        "row 7: "
    )


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
async def test_compressed_buffers_are_not_unpacked(
    site: httpx.AsyncClient, compression: str
) -> None:
    sent = stream_of(points_table(), compression=compression)
    assert "without compression" in refused(await post(site, sent, ARROW), 400, "bad-table")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"x": [1.0], "lat": [1.0]}, "needs one column 'lon'"),
        ({"lon": ["1"], "lat": [1.0]}, "'lon' is string; it must be numbers"),
        ({"lon": [1.0], "lat": [1.0], "grid_code": ["x"]}, "rename it"),
    ],
)
async def test_another_table_is_refused(
    site: httpx.AsyncClient, columns: dict[str, list[Any]], said: str
) -> None:
    sent = stream_of(pa.table(columns))
    assert said in refused(await post(site, sent, ARROW), 400, "bad-table")


@pytest.mark.parametrize("broken", list("abcdefgh"))
async def test_broken_streams_are_refused(site: httpx.AsyncClient, broken: str) -> None:
    sent = bytearray(stream_of(points_table()))
    random = np.random.default_rng(ord(broken))
    if broken in "ab":
        del sent[random.integers(1, len(sent) - 8) :]
    else:
        for place in random.integers(0, len(sent), 40):
            sent[place] = random.integers(0, 256)
    answer = await post(site, bytes(sent), ARROW)
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 400:
        assert answer.json()["type"].endswith((":bad-table", ":bad-point"))


@pytest.mark.parametrize(
    "table",
    [points_table(), points_table().slice(0, 0), points_table().drop_columns("trap")],
    ids=["whole", "empty", "without-dictionary"],
)
async def test_a_stream_is_answered_the_same_batch_by_batch(
    site: httpx.AsyncClient, table: pa.Table
) -> None:
    sent = stream_of(table)
    answer = await post(site, sent, ARROW, "?stream=true")
    assert (answer.headers["content-type"], answer.headers["content-encoding"]) == (
        ARROW,
        "identity",
    )
    assert "content-length" not in answer.headers
    assert answer.content == (await post(site, sent, ARROW)).content


@pytest.mark.parametrize(
    ("sent", "slug"),
    [
        (b"", "bad-table"),
        (b"lon,lat\n1,2\n", "bad-table"),
        (stream_of(points_table().slice(0, 4))[:-40], "bad-table"),
        (stream_of(points_table(), compression="zstd"), "bad-table"),
        (stream_of(pa.table({"x": [1.0], "lat": [1.0]})), "bad-table"),
        (stream_of(pa.table({"lon": [22.9], "lat": [113.3]})), "bad-point"),
    ],
    ids=["empty", "text", "cut", "compressed", "column", "swapped"],
)
async def test_what_is_wrong_before_the_first_answer_is_a_problem(
    site: httpx.AsyncClient, sent: bytes, slug: str
) -> None:
    refused(await post(site, sent, ARROW, "?stream=true"), 400, slug)


async def test_a_batch_may_declare_no_more_than_it_may_have(site: httpx.AsyncClient) -> None:
    sent = bytearray(stream_of(pa.table({"lon": [1.0], "lat": [1.0]})))
    sent[4:8] = (2**31 - 8).to_bytes(4, "little")
    detail = refused(await post(site, bytes(sent), ARROW, "?stream=true"), 400, "bad-table")
    assert "write shorter ones" in detail


async def test_only_arrow_is_answered_as_it_comes(site: httpx.AsyncClient) -> None:
    refused(
        await post(site, "lon,lat\n1,2\n", "text/csv", "?stream=true"), 415, "unsupported-media"
    )


async def test_text_is_no_stream(site: httpx.AsyncClient) -> None:
    for sent in (b"", b"lon,lat\n1,2\n"):
        refused(await post(site, sent, ARROW), 400, "bad-table")


def test_a_batch_longer_than_memory_should_hold_is_worked_on_in_parts() -> None:
    square = shapely.to_wkb(shapely.box(113, 23, 113.5, 24))
    index = PlaceIndex(
        [GridRow(1, "a", "A", "base", 1, square)],
        [AreaRow(1, "01", "区", "district", "/1/", square)],
    )
    lon = np.random.default_rng(3).uniform(113, 114, 2_500_000)
    sent = pa.record_batch({"lon": lon, "lat": np.full(lon.size, 23.5)})
    usual, counted = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    with spool() as body:
        with pa.ipc.new_stream(body, sent.schema) as stream:
            stream.write_batch(sent)
        assert body.tell() > 40 * MEGABYTE
        pa.set_memory_pool(counted)
        tracemalloc.start()
        try:
            answer = answer_arrow(body, index, Datum.parse("EPSG:4490"))
            peak = tracemalloc.get_traced_memory()[1] + (counted.max_memory() or 0)
        finally:
            tracemalloc.stop()
            pa.set_memory_pool(usual)
    assert peak < 20 * MEGABYTE
    with answer:
        answer.seek(0)
        with pa.ipc.open_stream(answer) as batches:
            parts = list(batches)
    assert max(part.num_rows for part in parts) == BATCH_ROWS
    table = pa.Table.from_batches(parts)
    assert table["lon"].to_numpy().tolist() == lon.tolist()
    inside = np.array(table["grid_code"].is_valid())
    assert (inside == (lon <= 113.5)).all()
