"""ID numbers, credit codes, phones, camera ids: right checks, and nobody's."""

import numpy as np
import pandas as pd
import pytest
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from gis_gov.sample.codes import credit_codes, id_numbers, phones
from tests.sample.made import Sample


def test_known_numbers_come_out() -> None:
    number = id_numbers(
        np.array([110105, 440524]), np.array([19491231, 18800101]), np.array([2, 1])
    )
    assert number.to_pylist() == ["11010519491231002X", "440524188001010014"]
    assert credit_codes(np.array([110000]), np.array([60003734])).to_pylist() == [
        "91110000600037341L"
    ]


def test_id_numbers_check_and_agree_with_the_row(sample: Sample) -> None:
    people = sample.table("persons")
    assert people.id_number.is_unique
    some = people.sample(1000, random_state=1)
    born = pd.to_datetime(some.birth_date).dt.date
    for number, birth, sex in zip(some.id_number, born, some.sex, strict=True):
        assert ric.calc_check_digit(number) == number[-1]
        assert ric.get_birth_date(number) == birth
        assert sex == ("male" if int(number[16]) % 2 else "female")
    assert people.id_number.str.startswith("99").all()
    with pytest.raises(InvalidComponent):
        ric.get_birth_place(str(people.id_number.iloc[0]))


def test_credit_codes_check(sample: Sample) -> None:
    codes = sample.table("enterprises").uscc
    assert codes.is_unique
    assert all(uscc.is_valid(code) for code in codes)
    assert codes.str[2:4].eq("99").all()


def test_phones_are_unassigned_and_everyones_own(sample: Sample) -> None:
    numbers = pd.concat([sample.table(t).phone for t in ("persons", "enterprises", "workers")])
    numbers = numbers.dropna()
    assert numbers.str.fullmatch(r"154\d{8}").all()
    assert numbers.is_unique
    assert len(np.unique(phones(np.arange(100_000)).to_pylist())) == 100_000


def test_cameras_have_device_ids_and_a_stream_that_cannot_resolve(sample: Sample) -> None:
    resources = sample.table("resources")
    cameras = resources[resources.kind == "camera"]
    assert cameras.gb28181_id.str.fullmatch(r"99\d{4}00" + "00132" + r"0\d{6}").all()
    assert cameras.gb28181_id.is_unique
    assert (cameras.stream_url == "rtsp://video.invalid/" + cameras.gb28181_id).all()


def test_natural_keys_are_unique(sample: Sample) -> None:
    tables = ("addresses", "dwellings", "persons", "enterprises", "resources", "workers", "events")
    for name in tables:
        assert sample.table(name).code.is_unique, name
    houses = pd.concat([sample.shapes("buildings").code, sample.table("dwellings").code])
    assert houses.is_unique
    assert not sample.table("positions").duplicated(["device", "time"]).any()


def test_two_samples_share_no_number(small: Sample, middling: Sample) -> None:
    for table, column in (
        ("persons", "code"),
        ("persons", "id_number"),
        ("enterprises", "uscc"),
        ("addresses", "code"),
        ("addresses", "full_text"),
        ("resources", "gb28181_id"),
        ("events", "code"),
    ):
        ours, theirs = (sample.table(table)[column].dropna() for sample in (small, middling))
        assert not set(ours) & set(theirs), (table, column)
