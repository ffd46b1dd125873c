"""What is left of an address for whoever may not see rooms; pure functions.

`address_to_building` in the database (migrations/sql/0011_address_level.sql) does the same, with
the same patterns; a test compares the two. The mask never tells more than the building: where a
number may be a room's as well as a building's, it is cut.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gis_gov.access.masks import HIDDEN

# Element types of GA/T 2000.32 from here on name a part of a building.
_PART_OF_BUILDING: Final = 60

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE = re.compile("[ \t\r\n\f\v]+")
_REMARK = re.compile(r"\([^()]*\)|\[[^][]*\]|【[^【】]*】|〔[^〔〕]*〕")
_OPEN_REMARK = re.compile(r"[(\[【〔].*$")
_LEFT_OVER: Final = " ,、;:.·/~&+_#*-—–‐−―〜"

# What the patterns see: one character for each, so that a place in it is a place in the address.
_SEEN = str.maketrans(
    "/—–‐−―〜~.·〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸兩两拾"
    "號樓棟單層戶門鋪舖檔間東負閣頂夾廈寓廣場賓館區國縣鄉團",
    "、---------00012345678912345678923622十号楼栋单层户门铺铺档间东负阁顶夹厦寓广场宾馆区国县乡团",
)
_BUILDING = re.compile(
    "[0-9A-Za-z十百甲乙丙丁戊己庚辛东南西北中前后主附新老号#](?:幢|栋(?!梁))"
    "|号楼|[0-9A-Za-z十甲乙丙丁戊己庚辛]座"
)
_DOOR = re.compile("[0-9A-Za-z十百] ?号院?")
# Several patterns, since PostgreSQL takes four times as long for all of them in one.
_PARTS = tuple(
    re.compile(part)
    for part in (
        # Numbers of a unit, floor or room, and the word for it.
        (
            "(?:第|负|半?地下)?[0-9A-Za-z十百]+(?: ?[、,;&和及与至] ?[0-9A-Za-z十百]+)* ?"
            "(?:单元|层|楼|梯|室|档|[房户门铺](?![县峡村镇乡寨诊地])"
            "|号 ?(?:单元|层|梯|室|档|屋|间|[房户门铺](?!地)))"
        ),
        # 19F, 2/F.
        "[A-Za-z]*[0-9]{1,3}、?[Ff](?![0-9A-Za-z])",
        # 1201, B1201, 1201B: not a number of a door, building, lane or road.
        (
            "[A-Za-z]*[0-9]{3,}[A-Za-z]*(?![0-9A-Za-z十百]"
            "|(?:[-、,][0-9]+)*(?: ?号|幢|栋(?!梁)|座|弄|巷|院(?![内里])|[国省县乡]道|团"
            "|(?:路|街|大道)(?=[东南西北中]?[0-9])))"
        ),
        # 12-501, all of it, since 12 may be a floor: not 12-3号, 156-158号, 3-5幢.
        (
            "(?<![-0-9A-Za-z])(?!(?:[0-9]{1,2}-[0-9]{1,2}|[0-9]{3,}-[0-9]+)号)"
            "[0-9A-Za-z]+ ?-+ ?[0-9A-Za-z]+"
            "(?![0-9A-Za-z]| ?-+ ?[0-9A-Za-z]| ?(?:幢|栋(?!梁)|座|号[楼院]|弄|巷|区|期))"
        ),
        # 3-2-501, but for the building.
        (
            "(?<=[0-9A-Za-z]) ?-+(?: ?[0-9A-Za-z]+ ?-+)+ ?[0-9A-Za-z]+"
            "(?![0-9A-Za-z]| ?-+ ?[0-9A-Za-z]| ?(?:幢|栋(?!梁)|座|号[楼院]|弄|巷|区|期))"
        ),
        # -501, #501, 3#501.
        (
            "(?:(?<![0-9A-Za-z])-+|#) ?-* ?[0-9A-Za-z]+"
            "(?![0-9A-Za-z]| ?(?:幢|栋(?!梁)|座|号[楼院]|弄|巷|区|期))"
        ),
        # Any number after the name of a building.
        (
            "(?<=大厦|公寓|大楼|广场|中心|宿舍|商厦|酒店|宾馆)"
            " ?[0-9A-Za-z十百]+(?:-[0-9A-Za-z]+)*(?=$|[ 、,;:]|号(?![楼院]))"
        ),
        # 12B at an end; 12, and then something else.
        (
            "[A-Za-z]*[0-9]+[A-Za-z](?=$|[ 、,;:])"
            "|(?<![-0-9A-Za-z路街巷道弄])[0-9]+[A-Za-z]?(?= (?![号幢座弄]|栋(?!梁)))"
        ),
        # Parts without a number.
        (
            "地下室|半地下|阁楼|顶楼|顶层|底楼|底层|夹层|架空层"
            "|[东南西北中左右甲乙丙丁](?:单元|[户室屋厢](?![县村镇乡寨内外]))"
        ),
    )
)
# Where nobody told the level, 501号 may be a room: not 学院路501号, 解放路156-158号, 3组501号.
_UNTOLD = re.compile(
    "(?<![-0-9A-Za-z十百、,第])"
    "(?:(?<=街道)|(?<![路街道巷弄同段组屯])(?<![路街道巷弄同段组屯] )(?<![路街道][东南西北中]))"
    "第?[A-Za-z]*(?:[0-9]{3,}|[0-9]*百[0-9十]*)[A-Za-z]*(?:[-、,][0-9]+)* ?号(?![楼院])"
)
_LAST_NUMBER = re.compile("[-0-9A-Za-z十百、,;&# ]+号?$")


def address_to_building(
    full_text: str, elements: Iterable[Mapping[str, Any]] = (), level: int | None = None
) -> str:
    """Cut an address at the building: by its elements where it has any, else by its text.

    `level` is the known one, None for what may be a room.
    """
    listed = list(elements)
    has_part = any(_is_part(element) for element in listed)
    if has_part:
        names = (each.get("name") for each in listed if not _is_part(each))
        full_text = "".join(str(name) for name in names if name is not None)
    line = _without_remarks(as_written(full_text))
    cut = _cut(line, is_untold=level is None and not has_part)
    if cut == line and not has_part and level is not None and level >= _PART_OF_BUILDING:
        cut = _without_last_number(line)
    return cut or HIDDEN


def as_written(text: str) -> str:
    """Write a text as patterns want it: no full-width digits, nothing unseen, single blanks."""
    return _SPACE.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFKC", text))).strip(" ")


def _is_part(element: Mapping[str, Any]) -> bool:
    return str(element.get("type")) >= str(_PART_OF_BUILDING)


def _without_remarks(line: str) -> str:
    """Leave out what stands in brackets: it may tell of another building, or of the room."""
    return _OPEN_REMARK.sub("", _REMARK.sub("", line)).rstrip(_LEFT_OVER)


def _cut(line: str, *, is_untold: bool) -> str:
    """Cut after the building, else the door number; before a part of it, if that is shorter."""
    seen = line.translate(_SEEN)
    whole = _BUILDING.search(seen) or _DOOR.search(seen)
    patterns = (*_PARTS, _UNTOLD) if is_untold else _PARTS
    parts = [found.start() for pattern in patterns if (found := pattern.search(seen))]
    end = min(whole.end() if whole else len(line), *parts, len(line))
    return line[:end].rstrip(_LEFT_OVER)


def _without_last_number(line: str) -> str:
    """Leave nothing, unless the number at the end can be the room."""
    found = _LAST_NUMBER.search(line.translate(_SEEN))
    return line[: found.start()].rstrip(_LEFT_OVER) if found else ""
