import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.access.masks import (
    mask_id_number,
    mask_name,
    mask_phone,
    masked_in_text,
)

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


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
        ("证110105491231002、13800138000", "证110********1002、138****8000"),
        ("１１０１０５４９１２３１００２", "110********1002"),
        ("110105 491231 002", "110********1002"),
        ("110105-480229-002", "110********9002"),
        (
            "110105491331002 110105490231002 110105490430002",
            "110105491331002 110105490231002 110********0002",
        ),
        (
            "990105491231002 860105491231002 1101054912310021",
            "990105491231002 860105491231002 1101054912310021",
        ),
        ("440113001001101 440113101001101", "440113001001101 440113101001101"),
        ("编码440113001001101 4401130010011011", "编码440113001001101 4401130010011011"),
        ("113800138000", "113800138000"),
        ("8613800138000", "138****8000"),
        ("电话:+8613800138000;", "电话:138****8000;"),
        ("+86 138-0013-8000", "138****8000"),
        ("008613800138000 013800138000", "138****8000 138****8000"),
        ("138 0013 8000 / 138.0013.8000", "138****8000 / 138****8000"),
        ("138\u20110013\u20118000", "138****8000"),
        ("电话１３８００１３８０００。", "电话138****8000。"),
        ("＋８６－１３８００１３８０００", "138****8000"),
        ("①13800138000", "①138****8000"),
        ("110105 19491231 002x", "110***********002x"),
        ("１１０１０５１９４９１２３１００２Ｘ", "110***********002X"),
        ("133.12345678,29.12345678", "133.12345678,29.12345678"),
        ("2026-01-13 08:00（全角）", "2026-01-13 08:00（全角）"),
    ],
)
def test_numbers_in_a_text(text: str, told: str) -> None:
    assert masked_in_text(text) == told
