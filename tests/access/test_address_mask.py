"""An address is told down to the building, however a room is written; the database does alike."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from gis_gov.access.address_mask import address_to_building, as_written
from gis_gov.access.masks import HIDDEN

TOLD = (
    "海州市 学院路 12号 3号院 幸福小区 5幢 7号楼 B座 2单元 301室 三楼 -501 1201 #3 号 楼 室 A 大厦 "
    "x 十 60 栋梁 栋 弄 路 国道 东 户 门 县 层 梯 负 第 地下室 广场 中心 號樓 單元 〇 一 二〇三 兩 "
    "( ) （ 】 【 、 ， ； & 和 - — ／ . · F １２ Ｂ ０１ － ＃ ﹣ ~ ① \u200b \ufeff \u3000 \n"
)
PARTS = TOLD.split(" ")
SIGNS = sorted({sign for part in PARTS for sign in part})
PLACES = st.lists(st.sampled_from([*PARTS, " "]), max_size=8).map("".join)
SPELT = st.text(st.sampled_from([*SIGNS, *"0129Bb -"]), max_size=12)
ELEMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["41", "43", "50", "61", "62", None]),
            "name": st.sampled_from([*PARTS, None]),
        }
    ),
    max_size=3,
)
LEVELS = st.sampled_from([None, 43, 50, 59, 60, 62])
BUILDINGS = (
    "学院路12号",
    "学院路3号院5号楼",
    "幸福里5幢",
    "万达广场B座",
    "滨海大厦",
    "幸福里",
    "云溪路12-3号",
)
ROOMS = (
    *("301室", "３０１室", "301", "301A", "301-A", "３０１－Ａ", "301—2", "B301", "3\u200b01室"),
    *(
        "301、302室",
        "301,302",
        "301/302",
        "301和302室",
        "301号房",
        "301铺",
        "3層B室",
        "4樓",
        "19F",
        "11B",
    ),
    *(
        "三〇一室",
        "三零一",
        "三〇一",
        "叁零壹室",
        "3單元301",
        "2单元301室",
        "第三单元",
        "东单元",
        "东户",
    ),
    *("12-301", "2-301", "#301", "＃301", "-301", "三楼", "负一层", "地下室", "顶楼"),
    *("301(原3栋)", "301（近2号楼）", "(301"),
)
REMARKS = ("(301室)", "（301）", "[301]", "【３０１】", "(东(301)侧)", "(原12号)301")
BEHIND = ("", " 栋梁小学旁", "(原3栋)", "（原3幢", " 近9号楼")


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
        ("滨海大厦1201B", "滨海大厦"),
        ("滨海大厦１２０１室", "滨海大厦"),
        ("滨海大厦十二层", "滨海大厦"),
        ("滨海大厦12-3号", "滨海大厦"),
        ("幸福小区3-501", "幸福小区"),
        ("幸福大厦(1201)", "幸福大厦"),
        ("", HIDDEN),
    ],
)
def test_addresses_by_their_text(text: str, told: str) -> None:
    assert address_to_building(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "石河子市143团",
        "318国道12号",
        "龙阳路2345弄12号",
        "海州市解放路156-158号",
        "学院路3-5号",
        "栋梁路2008号",
        "三门峡市湖滨区黄河路12号",
        "五一路25号",
        "智慧园1502栋",
        "软件园A-3栋",
        "科技园9-10号楼",
        "广州市天河区中山大道中1号",
        "学院路278A号",
    ],
)
def test_the_numbers_of_houses_streets_and_buildings_are_told(text: str) -> None:
    assert address_to_building(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("阳光路12号2单元301室(原3栋)", "阳光路12号"),
        ("阳光里403 栋梁小学旁", "阳光里"),
        ("阳光里12 栋梁小学旁", "阳光里"),
        ("阳光里403栋梁小学旁", "阳光里"),
        ("滨海大厦1201-A", "滨海大厦"),
        ("滨海大厦1201、1202室", "滨海大厦"),
        ("幸福大厦501号", "幸福大厦"),
        ("幸福里12B", "幸福里"),
        ("幸福里１２", "幸福里"),
        ("幸福里五", "幸福里"),
        ("学院路12号(3)", "学院路"),
        ("顶楼小间", HIDDEN),
        ("东头", HIDDEN),
    ],
)
def test_an_address_known_to_be_a_room_is_never_told_whole(text: str, told: str) -> None:
    assert address_to_building(text, level=62) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("滨海苑501号", "滨海苑"),
        ("滨海苑五百零一号", "滨海苑"),
        ("滨海苑Ｂ５０１號", "滨海苑"),
        ("滨海苑501-502号", "滨海苑"),
        ("滨海苑第501号", "滨海苑"),
        ("幸福街道501号", "幸福街道"),
        ("501号", HIDDEN),
        ("滨海苑501号院", "滨海苑501号院"),
        ("滨海苑501号楼", "滨海苑501号楼"),
        ("学院路 501号", "学院路 501号"),
        ("张家村3组501号", "张家村3组501号"),
    ],
)
def test_a_number_after_a_compound_may_be_a_room_where_no_level_is_known(
    text: str, told: str
) -> None:
    assert address_to_building(text) == told
    assert address_to_building(text, level=43) == as_written(text)


def test_an_address_by_its_elements() -> None:
    elements = [
        {"type": "41", "name": "学院路"},
        {"type": "50", "name": "甲单元房"},
        {"type": "61", "name": "2"},
        {"type": "62", "name": "九〇一"},
    ]
    assert address_to_building("学院路甲单元房2九〇一", elements[:1] + elements[2:]) == "学院路"
    assert "九〇一" not in address_to_building("学院路甲单元房2九〇一", elements)


@pytest.mark.parametrize("level", [None, 50, 62])
@pytest.mark.parametrize("room", ROOMS)
def test_no_room_is_told_however_it_is_written(room: str, level: int | None) -> None:
    for building in BUILDINGS:
        for behind in BEHIND:
            told = address_to_building(building + room + behind, level=level)
            assert told == HIDDEN or building.startswith(told), building + room + behind


@pytest.mark.parametrize("remark", REMARKS)
def test_no_room_in_brackets_is_told(remark: str) -> None:
    for building in BUILDINGS:
        assert address_to_building(building + remark) == building


@given(PLACES, st.sampled_from(["301室", "2单元301室", "三楼", "-501", "1201", "5层B室"]))
def test_no_part_of_a_building_is_told(place: str, part: str) -> None:
    assume(part not in as_written(f"{place}9幢"))  # a place may be called like a room
    told = address_to_building(f"{place}9幢{part}")
    assert told == HIDDEN or part not in told


@given(SPELT | PLACES, LEVELS)
def test_what_is_told_tells_no_more_when_it_is_cut_again(text: str, level: int | None) -> None:
    told = address_to_building(text, level=level)
    assert told == as_written(told)
    assert len(told) <= max(len(as_written(text)), 1)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


def told_by(
    database: psycopg.Connection,
    text: str,
    elements: list[dict[str, str | None]],
    level: int | None,
) -> str:
    query = "select address_to_building(%s, %s, %s::smallint)"
    row = database.execute(query, [text, Jsonb(elements), level]).fetchone()
    assert row
    return row[0]


@settings(deadline=None, max_examples=400)
@given(PLACES | SPELT, LEVELS, ELEMENTS)
def test_the_database_cuts_alike(
    database: psycopg.Connection,
    text: str,
    level: int | None,
    elements: list[dict[str, str | None]],
) -> None:
    expected = address_to_building(text, elements, level)
    assert told_by(database, text, elements, level) == expected


@pytest.mark.parametrize("level", [None, 62])
def test_the_database_cuts_rooms_alike(database: psycopg.Connection, level: int | None) -> None:
    for text in [f"{b}{r}{e}" for b in BUILDINGS for r in ROOMS for e in BEHIND]:
        assert told_by(database, text, [], level) == address_to_building(text, level=level)
