"""What is left of personal fields for whoever may not see them as they are; pure functions."""

from typing import Final

from gis_gov.access.patterns import IN_TEXT

HIDDEN: Final = "*"
"""What stands for a value of which nothing is told."""
_STARS = "****"

# The compound surnames in use; all other surnames have one character.
_COMPOUND = (
    "欧阳 歐陽 上官 司马 司馬 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 令狐 慕容 夏侯 司徒 "
    "轩辕 軒轅 端木 百里 南宫 南宮 独孤 獨孤 宇文 长孙 長孫 鲜于 鮮于 闾丘 司空 太史 申屠 呼延 "
    "钟离 鐘離 濮阳 濮陽 澹台 澹臺 淳于 单于 單于 公冶 宗政 赫连 赫連 第五 西门 西門 东郭 東郭 "
    "拓跋 闻人 聞人 万俟 萬俟"
)
_COMPOUND_SURNAMES = frozenset(_COMPOUND.split())


def mask_phone(phone: str) -> str:
    """Leave the first three and the last four digits of a phone number: 138****8000."""
    return _ends(phone)


def mask_id_number(number: str) -> str:
    """Leave the first three and the last four characters of an ID number (前3后4)."""
    return _ends(number)


def mask_name(name: str) -> str:
    """Leave the surname: 张*, 欧阳**; of other scripts the first letter."""
    shown = name.strip()
    if not shown:
        return HIDDEN
    kept = 2 if len(shown) > 2 and shown[:2] in _COMPOUND_SURNAMES else 1
    if not _is_han(shown[0]):
        return shown[0] + HIDDEN * 2
    return shown[:kept] + HIDDEN * min(max(len(shown) - kept, 1), 2)


def masked_in_text(text: str) -> str:
    """Mask the mobile and ID numbers that stand in a text."""
    return IN_TEXT.masked(text)


def _ends(text: str) -> str:
    """Leave the first three and last four of eleven characters or more; of fewer, none."""
    shown = "".join(text.split())
    if len(shown) < 11:
        return _STARS
    return shown[:3] + _STARS + shown[-4:]


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character >= "\U00020000"
