from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from gis_gov.ingest.bearing import bearing_of
from gis_gov.ingest.codes import level_of, padded
from gis_gov.ingest.idnumber import from_id_numbers
from gis_gov.ingest.kinds import KINDS
from gis_gov.ingest.spec import Field, Type
from gis_gov.ingest.times import MonthOrDay, dates, moments
from gis_gov.ingest.values import Reader, array_literal, text

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "written",
    [
        "2018-04-12 11:11:26",
        "2018/4/12 11:11:26",
        "2018年4月12日 11时11分26秒",
        "20180412111126",
        "04/12/2018 11:11:26 AM",
        "2018-04-12T03:11:26Z",
        "2018-04-12T05:11:26+02:00",
        "1523502686",
        "1523502686000",
    ],
)
def test_moments_in_many_hands(written: str) -> None:
    found, unread = moments(pa.array([written, None]), SHANGHAI, MonthOrDay())
    assert found.to_pylist() == [datetime(2018, 4, 12, 3, 11, 26, tzinfo=UTC), None]
    assert not unread.any()


@pytest.mark.parametrize(
    "written", ["2019-02-30", "13/32/2018", "soon", "25:00", "2018-04-12 25:00"]
)
def test_moments_that_are_none(written: str) -> None:
    found, unread = moments(pa.array([written]), SHANGHAI, MonthOrDay())
    assert found.to_pylist() == [None]
    assert unread.tolist() == [True]


def test_day_comes_first_where_a_row_proves_it() -> None:
    order = MonthOrDay()
    found, _ = dates(pa.array(["03/04/2018", "31/01/2018"]), order)
    assert found.to_pylist() == [date(2018, 4, 3), date(2018, 1, 31)]
    later, _ = dates(pa.array(["05/06/2018"]), order)
    assert later.to_pylist() == [date(2018, 6, 5)]


def test_noon_and_midnight_by_the_half_of_the_day() -> None:
    texts = pa.array(["04/12/2018 12:00:00 AM", "04/12/2018 12:00:00 PM"])
    found, _ = moments(texts, ZoneInfo("UTC"), MonthOrDay())
    assert [moment.hour for moment in found.to_pylist()] == [0, 12]


@pytest.mark.parametrize(
    ("text_", "degrees"),
    [("N", 0.0), ("ne", 45.0), ("东北", 45.0), ("西", 270.0), ("360", 0.0), ("12.5°", 12.5),
     ("Median", None), ("400", None), ("nan", None)],
)  # fmt: skip
def test_bearings(text_: str, degrees: float | None) -> None:
    assert bearing_of(text_) == degrees


def test_id_numbers_tell_sex_and_birth() -> None:
    told = from_id_numbers(
        pa.array(["11010519491231002X", "440524188001010014", "440524188001010015", None])
    )
    assert told.birth_date.to_pylist() == [date(1949, 12, 31), date(1880, 1, 1), None, None]
    assert told.sex.to_pylist() == ["female", "male", None, None]
    assert told.invalid.tolist() == [False, False, True, False]


def test_old_id_numbers_have_no_check_digit() -> None:
    told = from_id_numbers(pa.array(["110105491231002"]))
    assert told.birth_date.to_pylist() == [date(1949, 12, 31)]
    assert told.sex.to_pylist() == ["female"]


@pytest.mark.parametrize(
    ("code", "level"),
    [("440000000000", "province"), ("441900000000", "city"), ("440113000000", "district"),
     ("440113001000", "street"), ("440113001001", "community"), ("63000040", None)],
)  # fmt: skip
def test_level_follows_from_the_code(code: str, level: str | None) -> None:
    assert level_of(code) == level


def test_short_codes_are_padded() -> None:
    short = pa.array(["44", "4401", "440113", "440113001", "440113001001", "63000040", "A6304"])
    assert padded(short).to_pylist() == [
        "440000000000", "440100000000", "440113000000", "440113001000",
        "440113001001", "63000040", "A6304",
    ]  # fmt: skip


def read(each: Field, values: pa.Array) -> tuple[list[object], list[bool]]:
    column = Reader(SHANGHAI).read(each, values, pa.field(each.name, values.type))
    return column.values.to_pylist(), column.unread.tolist()


def test_codes_keep_their_digits() -> None:
    code = KINDS["persons"].by_name["id_number"]
    assert read(code, pa.array([440113001001.0, None])) == (["440113001001", None], [False, False])
    assert read(code, pa.array(["１１０１", "12.0", "330102001.0"]))[0] == [
        "1101",
        "12",
        "330102001",
    ]


def test_code_damaged_by_a_spreadsheet_is_not_believed() -> None:
    code = KINDS["persons"].by_name["id_number"]
    assert read(code, pa.array(["4.40524188001010e+17"])) == ([None], [True])


def test_choices_in_chinese_and_english() -> None:
    state = KINDS["events"].by_name["state"]
    words = pa.array(["已办结", "Closed (Duplicate)", "NEW", "In Progress", "huh"])
    assert read(state, words) == (
        ["closed", "closed", "pending", "handling", None],
        [False, False, False, False, True],
    )


def test_numbers_with_units_and_commas() -> None:
    height = Field("height_m", Type.NUMBER, low=0)
    assert read(height, pa.array(["12 m", "1,234.5", "３", "-1", "", "tall"])) == (
        [12.0, 1234.5, None, None, None, None],
        [False, False, True, True, False, True],
    )


def test_lists_become_array_literals() -> None:
    tags = KINDS["persons"].by_name["tags"]
    assert read(tags, pa.array(["独居;残疾", "a、b", None]))[0] == [
        '{"独居","残疾"}',
        '{"a","b"}',
        None,
    ]
    assert array_literal(['say "x"', "back\\slash", " "]) == '{"say \\"x\\"","back\\\\slash"}'


def test_text_loses_blanks_and_nul() -> None:
    assert text(pa.array(["　a ", "", "b\x00c", None])).to_pylist() == ["a", None, "bc", None]
