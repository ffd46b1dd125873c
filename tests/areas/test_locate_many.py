"""Many points at once: JSON, CSV, Arrow; what comes back, and what is refused."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gis_gov.areas.schemas import ARROW, LocatedMany
from tests.areas.conftest import serving
from tests.areas.test_locate import TRAPS
from tests.areas.trap_district import at

pytestmark = pytest.mark.anyio

POINTS = [point for point, *_ in TRAPS.values()]
GRIDS = [grid for _, grid, _ in TRAPS.values()]
JSON_MAX = 100_000


async def post(
    site: httpx.AsyncClient, content: bytes | str, media_type: str, query: str = ""
) -> httpx.Response:
    return await site.post(f"/locate{query}", content=content, headers={"content-type": media_type})


def refused(answer: httpx.Response, status: int, slug: str) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["type"]) == (status, f"urn:gis-gov:problem:{slug}"), body
    return body["detail"]


class TestJson:
    async def test_each_result_is_what_get_answers(self, site: httpx.AsyncClient) -> None:
        answer = await site.post(
            "/locate", json={"points": POINTS}, headers={"accept-encoding": "identity"}
        )
        LocatedMany.model_validate_json(answer.content, strict=True)
        single = [
            (await site.get("/locate", params={"lon": lon, "lat": lat})).json()
            for lon, lat in POINTS
        ]
        assert answer.json() == {"results": single}
        assert int(answer.headers["content-length"]) == len(answer.content)

    async def test_no_points_have_no_results(self, site: httpx.AsyncClient) -> None:
        assert (await site.post("/locate", json={"points": []})).json() == {"results": []}

    async def test_the_order_holds_over_many_batches(self, site: httpx.AsyncClient) -> None:
        picked = np.random.default_rng(3).integers(0, len(POINTS), 25_000).tolist()
        answer = await site.post("/locate", json={"points": [POINTS[n] for n in picked]})
        found = [each["grid"] and each["grid"]["code"] for each in answer.json()["results"]]
        assert found == [GRIDS[n] for n in picked]

    async def test_the_datum_counts_for_all_points(self, site: httpx.AsyncClient) -> None:
        answer = await site.post(
            "/locate?crs=EPSG:4611", json={"points": [at(0.9, 0.5), at(0.1, 0.5)]}
        )
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
        self, site: httpx.AsyncClient, body: str, said: str
    ) -> None:
        detail = refused(await post(site, body, "application/json"), 400, "invalid-request")
        assert detail.startswith(f"{said}: ")

    async def test_the_largest_number_of_points(self, site: httpx.AsyncClient) -> None:
        points = [POINTS[0]] * JSON_MAX
        answer = await site.post("/locate", json={"points": points})
        assert len(answer.json()["results"]) == JSON_MAX
        answer = await site.post("/locate", json={"points": [*points, POINTS[0]]})
        assert "CSV or Arrow" in refused(answer, 413, "too-large")


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


class TestCsv:
    async def test_rows_come_back_as_they_were_with_the_grid(self, site: httpx.AsyncClient) -> None:
        table = [["名 称", "lat", "lon", "note"]]
        for n, ((lon, lat), trap) in enumerate(zip(POINTS, TRAPS, strict=True)):
            table.append(
                [trap, repr(lat), repr(lon), ["", 'a "b", c', " 行1\n行2 ", "x\ry"][n % 4]]
            )
        sent = io.StringIO(newline="")
        csv.writer(sent).writerows(table)
        answer = await post(site, sent.getvalue(), "text/csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        added = ["grid_code", *(grid or "" for grid in GRIDS)]
        expected = [[*row, code] for row, code in zip(table, added, strict=True)]
        assert rows_of(answer.content.decode()) == expected

    async def test_order_holds_over_many_batches(self, site: httpx.AsyncClient) -> None:
        picked = np.random.default_rng(4).integers(0, len(POINTS), 120_001).tolist()
        text = "n,lon,lat\n" + "".join(
            f"{row},{POINTS[n][0]!r},{POINTS[n][1]!r}\n" for row, n in enumerate(picked)
        )
        found = rows_of((await post(site, text, "text/csv")).text)[1:]
        assert [row[0] for row in found] == [str(n) for n in range(len(picked))]
        assert [row[3] or None for row in found] == [GRIDS[n] for n in picked]

    @pytest.mark.parametrize("charset", ["gb18030", "gbk", "GB2312"])
    async def test_gb18030_comes_back_as_gb18030(
        self, site: httpx.AsyncClient, charset: str
    ) -> None:
        lon, lat = POINTS[0]
        sent = f"地址,lon,lat\r\n学院路,{lon!r},{lat!r}\r\n".encode("gb18030")
        answer = await post(site, sent, f"text/csv; charset={charset}")
        expected = f"地址,lon,lat,grid_code\r\n学院路,{lon!r},{lat!r},a\r\n"
        assert answer.content.decode("gb18030") == expected

    async def test_a_byte_order_mark_stays(self, site: httpx.AsyncClient) -> None:
        sent = "lon,lat\r\n113.305,22.905\r\n".encode("utf-8-sig")
        answer = await post(site, sent, "text/csv")
        assert answer.content == "lon,lat,grid_code\r\n113.305,22.905,a\r\n".encode("utf-8-sig")

    async def test_a_row_without_coordinates_has_no_grid(self, site: httpx.AsyncClient) -> None:
        answer = await post(site, "lon,lat,n\n,,1\n \t,,2\n\n113.305,22.905,3\n", "text/csv")
        assert rows_of(answer.text) == [
            ["lon", "lat", "n", "grid_code"],
            ["", "", "1", ""],
            [" \t", "", "2", ""],
            ["113.305", "22.905", "3", "a"],
        ]

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            (
                "22.9,113.3",
                "row 2: lon is 22.9 and lat is 113.3, which is no position; are lon and",
            ),
            ("113.3,", "lat is missing"),
            (",22.9", "lon is missing"),
            ("113.3,N/A", "lat is nan"),
            ("inf,22.9", "lon is inf"),
            ("nan,nan", "lon is nan"),
            ("180.0001,22.9", "no position"),
        ],
    )
    async def test_a_row_with_no_position_is_named(
        self, site: httpx.AsyncClient, row: str, said: str
    ) -> None:
        answer = await post(site, f"lon,lat\n113.3,22.9\n{row}\n1,1\n", "text/csv")
        assert said in refused(answer, 400, "bad-point")
        assert answer.json()["row"] == 2

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (b"", "the columns are: none"),
            (b"x,y\n1,2\n", "'x', 'y'"),
            (b"lon;lat\n1;2\n", "'lon;lat'"),
            (b"lon,lat,lon\n1,2,3\n", "needs one column 'lon'"),
            (b"lon,lat,grid_code\n1,2,3\n", "rename it"),
            (b"lon,lat\n1,2\n1,2,3\n", "row 2: 3 cells, the header has 2"),
            (b'lon,lat\n1,"2\n', "line 2"),
            (b"lon,lat,n\n1,2,\xbd\xd6\n", "not utf-8"),
        ],
    )
    async def test_what_is_no_table_is_refused(
        self, site: httpx.AsyncClient, text: bytes, said: str
    ) -> None:
        assert said in refused(await post(site, text, "text/csv"), 400, "bad-table")

    async def test_an_unknown_charset_is_refused(self, site: httpx.AsyncClient) -> None:
        answer = await post(site, "lon,lat\n", "text/csv; charset=latin1")
        assert "gb18030" in refused(answer, 415, "unsupported-media")


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


class TestArrow:
    async def test_columns_come_back_with_the_grids(self, site: httpx.AsyncClient) -> None:
        sent = points_table()
        answer = await post(site, stream_of(sent), ARROW)
        assert answer.headers["content-type"] == ARROW
        table = pa.ipc.open_stream(answer.content).read_all()
        assert table.column("grid_code").to_pylist() == GRIDS
        assert pa.types.is_dictionary(table.schema.field("grid_code").type)
        assert table.drop_columns("grid_code").equals(sent, check_metadata=True)

    async def test_a_pandas_frame_goes_there_and_back(self, site: httpx.AsyncClient) -> None:
        frame = pd.DataFrame(POINTS, columns=["lon", "lat"], index=list(TRAPS))
        answer = await post(site, stream_of(pa.Table.from_pandas(frame)), ARROW)
        back = pa.ipc.open_stream(answer.content).read_pandas()
        pd.testing.assert_frame_equal(back[["lon", "lat"]], frame)
        assert [None if pd.isna(code) else code for code in back["grid_code"]] == GRIDS

    async def test_nulls_have_no_grid(self, site: httpx.AsyncClient) -> None:
        table = pa.table({"lon": [None, 113.305], "lat": [None, 22.905]})
        answer = await post(site, stream_of(table), ARROW)
        assert pa.ipc.open_stream(answer.content).read_all()["grid_code"].to_pylist() == [None, "a"]

    @pytest.mark.parametrize("kind", [pa.float32(), pa.int16(), pa.decimal128(9, 4)])
    async def test_any_numbers_are_taken(self, site: httpx.AsyncClient, kind: pa.DataType) -> None:
        whole = pa.array([113.0, 114.0]).cast(kind)
        answer = await post(site, stream_of(pa.table({"lon": whole, "lat": whole})), ARROW)
        assert "lat is 113" in refused(answer, 400, "bad-point")

    async def test_an_empty_table_comes_back_empty(self, site: httpx.AsyncClient) -> None:
        answer = await post(site, stream_of(points_table().slice(0, 0)), ARROW)
        table = pa.ipc.open_stream(answer.content).read_all()
        assert (table.num_rows, table.column_names[-1]) == (0, "grid_code")

    @pytest.mark.parametrize(
        ("lon", "lat"), [(float("nan"), 1.0), (float("inf"), 1.0), (22.9, 113.3), (None, 22.9)]
    )
    async def test_a_row_with_no_position_is_named(
        self, site: httpx.AsyncClient, lon: float | None, lat: float
    ) -> None:
        table = pa.table({"lon": [*[1.0] * 6, lon], "lat": [*[1.0] * 6, lat]})
        assert refused(await post(site, stream_of(table), ARROW), 400, "bad-point").startswith(
            "row 7: "
        )

    @pytest.mark.parametrize("compression", ["zstd", "lz4"])
    async def test_compressed_buffers_are_not_unpacked(
        self, site: httpx.AsyncClient, compression: str
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
        self, site: httpx.AsyncClient, columns: dict[str, list[Any]], said: str
    ) -> None:
        sent = stream_of(pa.table(columns))
        assert said in refused(await post(site, sent, ARROW), 400, "bad-table")

    @pytest.mark.parametrize("broken", list("abcdefgh"))
    async def test_broken_streams_are_refused(self, site: httpx.AsyncClient, broken: str) -> None:
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

    async def test_text_is_no_stream(self, site: httpx.AsyncClient) -> None:
        for sent in (b"", b"lon,lat\n1,2\n"):
            refused(await post(site, sent, ARROW), 400, "bad-table")


@pytest.fixture
async def narrow_site(traps_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(traps_url, body_max_mb=0.001) as (_, client):
        yield client


class TestBody:
    async def test_a_declared_length_is_refused_before_it_comes(
        self, narrow_site: httpx.AsyncClient
    ) -> None:
        answer = await post(narrow_site, b"x" * 1001, "text/csv")
        assert "0.001 MB" in refused(answer, 413, "too-large")

    async def test_a_stream_is_refused_when_it_grows_too_long(
        self, narrow_site: httpx.AsyncClient
    ) -> None:
        taken = []

        def pieces() -> Iterator[bytes]:
            for _ in range(100):
                taken.append(1)
                yield b"113.305,22.905\n" * 10

        answer = await narrow_site.post(
            "/locate", content=as_async(pieces()), headers={"content-type": "text/csv"}
        )
        refused(answer, 413, "too-large")
        assert len(taken) < 100

    async def test_a_body_of_just_the_size_passes(self, narrow_site: httpx.AsyncClient) -> None:
        sent = b"lon,lat\n" + b"113.305,22.905\n" * 66 + b"\n\n"
        assert len(sent) == 1000
        assert (await post(narrow_site, sent, "text/csv")).status_code == 200

    @pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
    async def test_other_types_are_refused(self, site: httpx.AsyncClient, media_type: str) -> None:
        answer = await post(site, b"lon,lat\n", media_type)
        assert "text/csv" in refused(answer, 415, "unsupported-media")

    async def test_a_compressed_body_is_refused(self, site: httpx.AsyncClient) -> None:
        answer = await site.post(
            "/locate",
            content=b"\x1f\x8b",
            headers={"content-type": "text/csv", "content-encoding": "gzip"},
        )
        assert "Compressed" in refused(answer, 415, "unsupported-media")

    async def test_a_client_that_leaves_is_no_error_of_ours(self, traps_url: str) -> None:
        messages: list[Any] = [
            {"type": "http.request", "body": b"lon,lat\n", "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0) if len(messages) > 1 else messages[0]

        async def send(message: Any) -> None:
            sent.append(message)

        async with serving(traps_url) as (app, _):
            scope = {
                "type": "http",
                "method": "POST",
                "path": "/locate",
                "query_string": b"",
                "headers": [(b"content-type", b"text/csv")],
            }
            await app(scope, receive, send)
        assert sent[0]["status"] == 400

    async def test_parameters_are_checked_as_everywhere(self, site: httpx.AsyncClient) -> None:
        answer = await post(site, '{"points": []}', "application/json", "?datum=wgs84")
        refused(answer, 400, "unknown-parameter")


async def as_async(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
