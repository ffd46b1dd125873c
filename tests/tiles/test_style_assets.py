"""The letters and icons that the map style refers to: of the package, for anyone, and complete."""

import json
import struct
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gis_gov import problems
from gis_gov.shipped import shipped
from gis_gov.tiles.sprite import RATIOS, SIDE_PX, sprite_index, sprite_png
from gis_gov.tiles.style_assets import FONTS, router_of
from tests.signed_in import client_of

pytestmark = pytest.mark.anyio

STYLE = json.loads((shipped("tiles") / "style.json").read_text(encoding="utf-8"))
SYMBOLS = [layer for layer in STYLE["layers"] if layer["type"] == "symbol"]
FONT = "Noto Sans SC Regular"


def client(fonts: Path = FONTS) -> httpx.AsyncClient:
    app = FastAPI()
    problems.install(app)
    app.include_router(router_of(fonts))
    return client_of(httpx.ASGITransport(app))


def fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """The numbered fields of a protocol buffer message: numbers, and what has a length."""
    found: list[tuple[int, int | bytes]] = []
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            found.append((key >> 3, number()))
        else:
            assert key & 7 == 2
            size = number()
            found.append((key >> 3, data[at : at + size]))
            at += size
    return found


def letters(body: bytes) -> dict[str, bytes]:
    """The picture of each letter."""
    (stack,) = (value for key, value in fields(body) if key == 1)
    assert isinstance(stack, bytes)
    found: dict[str, bytes] = {}
    for key, value in fields(stack):
        if key == 3:
            assert isinstance(value, bytes)
            told = dict(fields(value))
            code, picture = told[1], told.get(2, b"")
            assert isinstance(code, int)
            assert isinstance(picture, bytes)
            found[chr(code)] = picture
    return found


async def test_each_icon_of_the_style_is_in_the_sprite() -> None:
    asked = {layer["layout"]["icon-image"] for layer in SYMBOLS if "icon-image" in layer["layout"]}
    assert asked == set(sprite_index(1))
    async with client() as asking:
        for ratio in RATIOS:
            name = "/sprite" if ratio == 1 else f"/sprite@{ratio}x"
            index = (await asking.get(f"{name}.json")).json()
            answer = await asking.get(f"{name}.png")
            assert answer.headers["content-type"] == "image/png"
            width, height = struct.unpack(">II", answer.content[16:24])
            for icon in index.values():
                assert icon["pixelRatio"] == ratio
                assert icon["width"] == icon["height"] == SIDE_PX * ratio
                assert icon["x"] + icon["width"] <= width
                assert icon["y"] + icon["height"] <= height
    assert len(sprite_png(2)) > len(sprite_png(1)) > 500


@pytest.mark.parametrize("text", ["网格员", "第12 abc", "镇街·社区（村）", "龘"])
async def test_each_letter_has_its_picture(text: str) -> None:
    assert {font for layer in SYMBOLS for font in layer["layout"].get("text-font", [])} == {FONT}
    async with client() as asking:
        for letter in text:
            first = ord(letter) // 256 * 256
            answer = await asking.get(f"/fonts/{FONT}/{first}-{first + 255}.pbf")
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "application/x-protobuf"
            picture = letters(answer.content)[letter]
            if not letter.isspace():
                # Dark in it, and light around it.
                assert max(picture) > 192
                assert min(picture) < 64


async def test_the_first_font_that_is_there_is_taken() -> None:
    async with client() as asking:
        alone = await asking.get(f"/fonts/{FONT}/0-255.pbf")
        other = await asking.get(f"/fonts/Open Sans Regular,{FONT}/0-255.pbf")
    assert other.content == alone.content


@pytest.mark.parametrize(
    "path",
    [
        "/fonts/Open Sans Regular/0-255.pbf",
        f"/fonts/{FONT}/1-255.pbf",
        f"/fonts/{FONT}/65536-65791.pbf",
        "/fonts/..%2f..%2findex.html/0-255.pbf",
        "/fonts/./0-255.pbf",
        f"/fonts/{FONT}/..%2f..%2f..%2findex.pbf",
    ],
)
async def test_what_is_not_there_is_a_problem(path: str) -> None:
    async with client() as asking:
        answer = await asking.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_a_built_page_there_are_no_letters(tmp_path: Path) -> None:
    async with client(tmp_path / "fonts") as asking:
        answer = await asking.get(f"/fonts/{FONT}/0-255.pbf")
    assert answer.status_code == 404
    assert "build the page" in answer.json()["detail"]
