from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from gis_gov.access.masks import (
    HIDDEN,
    address_to_building,
    mask_id_number,
    mask_name,
    mask_phone,
    masked_in_text,
)

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
TOLD = (
    "海州市 学院路 12号 3号院 幸福小区 5幢 7号楼 B座 2单元 301室 三楼 -501 1201 #3 号 楼 室 A 大厦 "
    "x 十 60"
)
PARTS = TOLD.split()
PLACES = st.lists(st.sampled_from([*PARTS, " "]), max_size=8).map("".join)
ELEMENTS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["41", "43", "50", "61", "62"]), "name": st.sampled_from(PARTS)}
    ),
    max_size=3,
)


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ("13800138000", "138****8000"),
        (" 138 0013 8000", "138****8000"),
        ("110", "****"),
        ("02084691234", "020****1234"),
    ],
)
def test_phones(phone: str, told: str) -> None:
    assert mask_phone(phone) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳修远", "欧阳**"),
        ("欧阳", "欧*"),
        ("张", "张*"),
        ("阿卜杜拉·买买提", "阿**"),
        ("John Smith", "J**"),
        (" ", "*"),
    ],
)
def test_names(name: str, told: str) -> None:
    assert mask_name(name) == told


def test_id_numbers() -> None:
    assert mask_id_number("11010519491231002X") == "110****002X"
    assert mask_id_number("110105491231002") == "110****1002"
    assert mask_id_number("1101") == "****"


@given(st.text(max_size=30))
def test_the_ends_are_all_that_is_told(text: str) -> None:
    shown = "".join(text.split())
    for mask in (mask_phone, mask_id_number):
        told = mask(text)
        assert told in ("****", f"{shown[:3]}****{shown[-4:]}")
        assert len(told.replace("*", "")) <= 7
        if told != "****":
            assert len(shown) >= 11


@given(st.text(HAN, min_size=1, max_size=12))
def test_a_name_keeps_a_surname_at_most(name: str) -> None:
    told = mask_name(name)
    kept = told.rstrip("*")
    assert name.startswith(kept)
    assert len(kept) <= 2
    assert len(kept) < len(name) or len(name) == 1
    assert 1 <= len(told) - len(kept) <= 2


@given(st.text(max_size=20), st.integers(0, 10**8 - 1), st.text(max_size=20))
def test_no_mobile_number_is_left_in_a_text(before: str, number: int, after: str) -> None:
    phone = f"138{number:08}"
    alone = not (before[-1:].isdecimal() or after[:1].isdecimal())
    told = masked_in_text(before + phone + after)
    assert not alone or phone not in told or phone in before + after


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("电话13800138000、13900139000", "电话138****8000、139****9000"),
        ("证11010519491231002X,", "证110***********002X,"),
        ("编码440113001001101 4401130010011011", "编码440113001001101 4401130010011011"),
        ("113800138000", "113800138000"),
    ],
)
def test_numbers_in_a_text(text: str, told: str) -> None:
    assert masked_in_text(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("海州市学院路12号", "海州市学院路12号"),
        ("海州市学院路12号301室", "海州市学院路12号"),
        ("学院路160号1幢1单元101室", "学院路160号1幢"),
        ("学院路3号院5号楼2单元301", "学院路3号院5号楼"),
        ("学院路3号院301", "学院路3号院"),
        ("万达广场B座1201", "万达广场B座"),
        ("幸福大厦1201", "幸福大厦"),
        ("幸福大厦8层", "幸福大厦"),
        ("幸福大厦三楼", "幸福大厦"),
        ("幸福小区3-2-501", "幸福小区3"),
        ("学院路", "学院路"),
        ("301室", HIDDEN),
    ],
)
def test_addresses_by_their_text(text: str, told: str) -> None:
    assert address_to_building(text) == told


def test_an_address_by_its_elements() -> None:
    elements = [
        {"type": "41", "name": "学院路"},
        {"type": "50", "name": "甲单元房"},
        {"type": "61", "name": "2"},
        {"type": "62", "name": "九〇一"},
    ]
    assert address_to_building("学院路甲单元房2九〇一", elements[:1] + elements[2:]) == "学院路"
    assert "九〇一" not in address_to_building("学院路甲单元房2九〇一", elements)


def test_an_address_known_to_be_a_room_is_never_told_whole() -> None:
    assert address_to_building("幸福大厦501号", level=62) == "幸福大厦"
    assert address_to_building("顶楼小间", level=62) == HIDDEN


@given(PLACES, st.sampled_from(["301室", "2单元301室", "三楼", "-501", "1201", "5层B室"]))
def test_no_part_of_a_building_is_told(place: str, part: str) -> None:
    building = f"{place}9幢"
    told = address_to_building(building + part)
    assert building.strip().startswith(told)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


@settings(deadline=None)
@given(PLACES, st.sampled_from([None, 50, 62]), ELEMENTS)
def test_the_database_cuts_alike(
    database: psycopg.Connection, text: str, level: int | None, elements: list[dict[str, str]]
) -> None:
    row = database.execute(
        "select address_to_building(%s, %s, %s::smallint)", [text, Jsonb(elements), level]
    ).fetchone()
    assert row == (address_to_building(text, elements, level),)
