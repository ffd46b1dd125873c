"""Charts draw what the table tells, run no script, and escape what things are named."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import httpx
import numpy as np
import pytest
import shapely

from gis_gov.statistics.charts import NoFont, as_png, bar_chart, line_chart
from tests.counting.granted import Grant, ask
from tests.counting.village import DISTRICT, SIDES, SOUTH, STEP, WEST, Village
from tests.missing import skip_without

SERIES = {"every": "month", "datetime": "2025-06-01/2026-02-28"}
POLYGON = "/statistics/polygon"
COMMANDER = Grant("commander")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def parsed(svg: bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (it is our own)


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter() if element.text]


def true_at(told: list[str]) -> datetime:
    """Read the moment that stands under the title."""
    (found,) = filter(None, (re.fullmatch(r"(of [\d,]+ )?at (\d{4}-\S+)", text) for text in told))
    return datetime.fromisoformat(found[2]) + timedelta(seconds=1)  # without its fractions


async def test_a_series_is_a_line_each(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {**SERIES, "by": "state"}
    found = await ask(asking, "/statistics/series", headers, **asked)
    rows = found["rows"]
    answer = await asking.get("/statistics/series", params={**asked, "f": "svg"}, headers=headers)
    assert answer.headers["content-type"] == "image/svg+xml"
    told = texts(answer.content)
    for state in {row["state"] for row in rows}:
        assert state in told
    for row in rows:
        assert row["start"] in told
        assert f"{row['count']:,}" in told
    assert true_at(told) >= datetime.fromisoformat(found["at"])


async def test_categories_are_a_bar_each(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {"measure": "persons", "by": "age_band"}
    found = await ask(asking, "/statistics/categories", headers, **asked)
    rows = found["rows"]
    answer = await asking.get(
        "/statistics/categories",
        params=asked,
        headers={**headers, "accept": "image/png;q=0.5,image/svg+xml"},
    )
    told = texts(answer.content)
    for row in rows:
        assert (row["age_band"] or "?") in told
    assert true_at(told) >= datetime.fromisoformat(found["at"])
    assert any(text.startswith(f"of {found['total']:,} at ") for text in told)
    for row in rows:
        assert f"{row['count']:,}" in told


async def test_units_are_bars_of_each_measure(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    asked = {"measures": "persons,events", "level": "community"}
    found = await ask(asking, "/statistics", headers, **asked)
    answer = await asking.get("/statistics", params={**asked, "f": "svg"}, headers=headers)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    told = texts(answer.content)
    for row in found["rows"]:
        assert f"{row['code'] or '?'} {row['name'] or ''}".strip() in told
        for measure in ("persons", "events"):
            assert measure in told
            assert f"{row[measure]:,}" in told
    assert true_at(told) >= datetime.fromisoformat(found["at"])


async def test_a_bar_of_a_rate_says_what_it_is_made_of(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("screen").key(village.url)
    asked = {"measures": "persons", "level": "grid", "per": "km2"}
    rows = (await ask(asking, "/statistics", headers, **asked))["rows"]
    answer = await asking.get("/statistics", params={**asked, "f": "svg"}, headers=headers)
    told = texts(answer.content)
    rates = [row["rates"]["persons"] for row in rows]
    drawn = {f"{each['numerator']} / {each['denominator']}" for each in rates if each["value"]}
    assert drawn == {text.split(" = ")[1] for text in told if " = " in text}
    assert any(each["numerator"] is None for each in rates)


BOX = shapely.box(WEST, SOUTH, WEST + 0.7 * SIDES * STEP, SOUTH + 0.8 * SIDES * STEP)


@pytest.mark.parametrize("role", ["commander", "screen"])
async def test_what_lies_in_a_polygon_is_a_bar_for_each_measure(
    asking: httpx.AsyncClient, village: Village, role: str
) -> None:
    headers, asked = Grant(role).key(village.url), {"measures": "persons,enterprises"}
    body = shapely.to_geojson(BOX)
    found = (await asking.post(POLYGON, content=body, params=asked, headers=headers)).json()
    accept = {**headers, "accept": "image/svg+xml"}
    answer = await asking.post(POLYGON, content=body, params=asked, headers=accept)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    told = texts(answer.content)
    for figure in found["figures"]:
        name, density = figure["measure"], figure["per_km2"]
        if "cells" in figure:
            name += f" ({figure['withheld_cells']} of {figure['cells']} hexagons withheld)"
        assert name in told
        made_of = f"{density['value']} / km² × {density['denominator']} km²"
        assert f"{figure['count']:,} = {made_of}" in told
        assert density["value"] * density["denominator"] == pytest.approx(figure["count"], rel=1e-5)
    assert ("cells" in found["figures"][0]) == (role == "screen")
    assert true_at(told) >= datetime.fromisoformat(found["at"])


async def test_or_a_bar_for_each_category(asking: httpx.AsyncClient, village: Village) -> None:
    headers, asked = COMMANDER.key(village.url), {"measures": "persons", "by": "sex,person_class"}
    body = shapely.to_geojson(BOX)
    found = (await asking.post(POLYGON, content=body, params=asked, headers=headers)).json()
    answer = await asking.post(POLYGON, content=body, params={**asked, "f": "svg"}, headers=headers)
    told = texts(answer.content)
    assert len(found["figures"]) > 8
    for figure in found["figures"]:
        assert f"{figure['sex']} · {figure['person_class']}" in told
        assert f"{figure['count']:,}" in told
    assert any(text.startswith(f"of {found['total']:,} at ") for text in told)


@pytest.mark.parametrize("role", ["commander", "screen"])
async def test_the_plot_of_moran_has_a_dot_for_each_that_was_compared(
    asking: httpx.AsyncClient, village: Village, role: str
) -> None:
    headers, asked = Grant(role).key(village.url), {"measure": "persons"}
    path = "/statistics/autocorrelation"
    found = await ask(asking, path, headers, **asked)
    answer = await asking.get(path, params={**asked, "f": "svg"}, headers=headers)
    assert answer.headers["content-type"] == "image/svg+xml"
    told = texts(answer.content)
    compared = [row for row in found["rows"] if row["kind"]]
    assert (len(compared) < len(found["rows"])) == (role == "screen")
    dots = [text for text in told if " / " in text and text.startswith(DISTRICT)]
    assert sorted(dots) == sorted(
        f"{row['code']} {row['name']}: {row['numerator']} / {row['denominator']}"
        for row in compared
    )
    assert {row["kind"] for row in compared} <= set(told)
    moran = found["moran"]
    assert any(text.startswith(f"Moran's I {moran['i']:.4g}, z {moran['z']:.4g}") for text in told)
    # The slope of the fit through all dots is Moran's I.
    slope, height = np.polyfit(
        [row["value"] for row in compared], [row["lag"] for row in compared], 1
    )
    assert slope == pytest.approx(moran["i"], rel=1e-4)
    ends = drawn_last(answer.content)
    low, high = (pick(row["value"] for row in compared) for pick in (min, max))
    assert [x for x, _ in ends] == pytest.approx([low, high], rel=1e-3)
    assert [y for _, y in ends] == pytest.approx([slope * x + height for x, _ in ends], rel=1e-3)


def drawn_last(svg: bytes) -> list[tuple[float, float]]:
    """Read the points of the last line, by where the dots lie and what is said of each."""
    places, values, paths = [], [], []
    for group in parsed(svg).iter():
        told = {each.get("class"): each.text for each in group if each.tag.endswith("desc")}
        for each in group:
            if each.tag.endswith("circle") and "value" in told:
                places.append([float(each.attrib[name]) for name in ("cx", "cy")])
                values.append([float(each) for each in str(told["value"]).split(": ")])
            if each.get("class") == "line reactive nofill":
                paths.append(each.attrib["d"])
    points = [[float(n) for n in pair.split()] for pair in re.split("[ML]", paths[-1])[1:]]
    both = zip(np.transpose(places), np.transpose(values), np.transpose(points), strict=True)
    x, y = (np.polyval(np.polyfit(place, value, 1), at) for place, value, at in both)
    return list(zip(x.tolist(), y.tolist(), strict=True))


async def test_without_differences_there_is_an_empty_plot(
    asking: httpx.AsyncClient, village: Village
) -> None:
    path, asked = "/statistics/autocorrelation", {"measure": "cameras", "f": "svg"}
    answer = await asking.get(path, params=asked, headers=COMMANDER.key(village.url))
    assert answer.status_code == 200
    assert any("No data" in text for text in texts(answer.content))


async def test_a_picture_of_it(asking: httpx.AsyncClient, village: Village) -> None:
    headers = COMMANDER.key(village.url)
    answer = await asking.get("/statistics/series", params={**SERIES, "f": "png"}, headers=headers)
    if answer.status_code == NoFont.status:
        skip_without(answer.json()["detail"])
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(PNG_HEAD)


@pytest.mark.parametrize(
    "query",
    [
        "/categories?measure=persons&by=age_band,sex,person_class&level=grid",
        "/series?every=month&datetime=2024-01-01/2026-02-28&level=grid&by=state",
        "?measures=persons,events,houses,enterprises&level=grid",
    ],
)
async def test_more_than_one_can_read_is_refused(
    asking: httpx.AsyncClient, village: Village, query: str
) -> None:
    headers = COMMANDER.key(village.url)
    answer = await asking.get(f"/statistics{query}&f=svg", headers=headers)
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
