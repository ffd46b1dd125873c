"""Charts draw what the table tells, run no script, and escape what things are named."""

from xml.etree import ElementTree as ET

import httpx
import pytest

from gis_gov.statistics.charts import NoFont, as_png, bar_chart, line_chart
from tests.counting.granted import Grant, ask
from tests.counting.village import Village

SERIES = {"every": "month", "datetime": "2025-06-01/2026-02-28"}
COMMANDER = Grant("commander")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def parsed(svg: bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (it is our own)


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter() if element.text]


async def test_a_series_is_a_line_each(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {**SERIES, "by": "state"}
    rows = (await ask(asking, "/statistics/series", headers, **asked))["rows"]
    answer = await asking.get("/statistics/series", params={**asked, "f": "svg"}, headers=headers)
    assert answer.headers["content-type"] == "image/svg+xml"
    told = texts(answer.content)
    for state in {row["state"] for row in rows}:
        assert state in told
    for row in rows:
        assert row["start"] in told
        assert f"{row['count']:,}" in told


async def test_categories_are_a_bar_each(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {"measure": "persons", "by": "age_band"}
    rows = (await ask(asking, "/statistics/categories", headers, **asked))["rows"]
    answer = await asking.get(
        "/statistics/categories",
        params=asked,
        headers={**headers, "accept": "image/png;q=0.5,image/svg+xml"},
    )
    told = texts(answer.content)
    for row in rows:
        assert (row["age_band"] or "?") in told
        assert f"{row['count']:,}" in told


async def test_a_picture_of_it(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    answer = await asking.get("/statistics/series", params={**SERIES, "f": "png"}, headers=headers)
    if answer.status_code == NoFont.status:
        pytest.skip(answer.json()["detail"])
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(PNG_HEAD)


@pytest.mark.parametrize(
    "query",
    [
        "categories?measure=persons&by=age_band,sex,person_class&level=grid",
        "series?every=month&datetime=2024-01-01/2026-02-28&level=grid&by=state",
    ],
)
async def test_more_than_one_can_read_is_refused(
    asking: httpx.AsyncClient, village: Village, query: str
) -> None:
    headers = COMMANDER.key(village.url)
    answer = await asking.get(f"/statistics/{query}&f=svg", headers=headers)
    assert answer.json()["type"] == "urn:gis-gov:problem:too-many-rows"


def test_names_are_texts_and_nothing_runs() -> None:
    evil = '</text><script>alert(1)</script>"&'
    for svg in (
        line_chart(evil, [evil, "b"], {evil: [1, None], "x": [0, 2]}),
        bar_chart(evil, {evil: 3}),
    ):
        root = parsed(svg)
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not names & {"script", "image", "foreignObject", "use", "a"}
        assert not [name for e in root.iter() for name in e.attrib if name.startswith("on")]
        assert any(evil in text for text in texts(svg))


def test_what_is_null_is_a_gap() -> None:
    told = texts(line_chart("x", ["a", "b", "c"], {"x": [1, None, 3]}))
    assert "None" not in told


def test_without_a_font_it_is_said() -> None:
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        as_png(bar_chart("x", {"网格": 1}), machine_fonts=False)
