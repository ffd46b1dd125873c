"""Many points as CSV: each row comes back as it was, with its grid; what is no table is refused."""

import csv
import io

import httpx
import numpy as np
import pytest

from tests.areas.posting import GRIDS, POINTS, post, refused
from tests.areas.trap_district import TRAPS

pytestmark = pytest.mark.anyio


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


async def test_rows_come_back_as_they_were_with_the_grid(site: httpx.AsyncClient) -> None:
    table = [["名 称", "lat", "lon", "note"]]
    for n, ((lon, lat), trap) in enumerate(zip(POINTS, TRAPS, strict=True)):
        table.append([trap, repr(lat), repr(lon), ["", 'a "b", c', " 行1\n行2 ", "x\ry"][n % 4]])
    sent = io.StringIO(newline="")
    csv.writer(sent).writerows(table)
    answer = await post(site, sent.getvalue(), "text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    added = ["grid_code", *(grid or "" for grid in GRIDS)]
    expected = [[*row, code] for row, code in zip(table, added, strict=True)]
    assert rows_of(answer.content.decode()) == expected


async def test_order_holds_over_many_batches(site: httpx.AsyncClient) -> None:
    picked = np.random.default_rng(4).integers(0, len(POINTS), 120_001).tolist()
    text = "n,lon,lat\n" + "".join(
        f"{row},{POINTS[n][0]!r},{POINTS[n][1]!r}\n" for row, n in enumerate(picked)
    )
    found = rows_of((await post(site, text, "text/csv")).text)[1:]
    assert [row[0] for row in found] == [str(n) for n in range(len(picked))]
    assert [row[3] or None for row in found] == [GRIDS[n] for n in picked]


@pytest.mark.parametrize("charset", ["gb18030", "gbk", "GB2312"])
async def test_gb18030_comes_back_as_gb18030(site: httpx.AsyncClient, charset: str) -> None:
    lon, lat = POINTS[0]
    sent = f"地址,lon,lat\r\n学院路,{lon!r},{lat!r}\r\n".encode("gb18030")
    answer = await post(site, sent, f"text/csv; charset={charset}")
    expected = f"地址,lon,lat,grid_code\r\n学院路,{lon!r},{lat!r},a\r\n"
    assert answer.content.decode("gb18030") == expected


async def test_a_byte_order_mark_stays(site: httpx.AsyncClient) -> None:
    sent = "lon,lat\r\n113.305,22.905\r\n".encode("utf-8-sig")
    answer = await post(site, sent, "text/csv")
    assert answer.content == "lon,lat,grid_code\r\n113.305,22.905,a\r\n".encode("utf-8-sig")


async def test_a_row_without_coordinates_has_no_grid(site: httpx.AsyncClient) -> None:
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
    site: httpx.AsyncClient, row: str, said: str
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
async def test_what_is_no_table_is_refused(site: httpx.AsyncClient, text: bytes, said: str) -> None:
    assert said in refused(await post(site, text, "text/csv"), 400, "bad-table")


async def test_an_unknown_charset_is_refused(site: httpx.AsyncClient) -> None:
    answer = await post(site, "lon,lat\n", "text/csv; charset=latin1")
    assert "gb18030" in refused(answer, 415, "unsupported-media")
