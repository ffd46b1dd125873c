from collections.abc import Callable
from pathlib import Path

import pytest

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.header import folded, without_brackets
from gis_gov.ingest.kinds import KINDS
from gis_gov.ingest.mapping import Mapper, read_mapping
from gis_gov.ingest.options import LoadOptions


def columns_of(kind: str, *names: str, **told: str) -> dict[str, tuple[str, ...]]:
    mapper = Mapper(KINDS[kind], {target: (source,) for target, source in told.items()}, {})
    return dict(mapper.find(names).columns)


def test_names_are_folded() -> None:
    assert folded("Full_Text ") == folded("fulltext") == folded("ＦＵＬＬ－ＴＥＸＴ")
    assert without_brackets("经度（度）*") == "经度"


def test_chinese_headers_are_known() -> None:
    found = columns_of(
        "persons", "姓名", "身份证号码（必填）", "性别", "联系电话", "现住址", "备注"
    )
    assert found == {
        "name": ("姓名",),
        "sex": ("性别",),
        "id_number": ("身份证号码（必填）",),
        "phone": ("联系电话",),
        "address_text": ("现住址",),
    }


def test_own_names_stand_before_known_ones() -> None:
    assert columns_of("addresses", "地址", "full_text")["full_text"] == ("full_text",)


def test_what_is_told_stands_before_all() -> None:
    assert columns_of("areas", "code", "CODEBASE", "name", code="CODEBASE")["code"] == ("CODEBASE",)


def test_several_columns_make_one_field() -> None:
    assert columns_of("grids", "LONCOL", "LATCOL", code="LONCOL+LATCOL")["code"] == (
        "LONCOL",
        "LATCOL",
    )


def test_dialect_knows_that_code_is_no_key() -> None:
    found = columns_of("houses", "osm_id", "code", "fclass", "name", "type", "height")
    assert found["code"] == ("osm_id",)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"nofield": "a"}, "nofield: areas have no such field"),
        ({"code": "nope"}, "no column 'nope'"),
    ],
)
def test_wrong_mapping_is_refused(told: dict[str, str], message: str) -> None:
    with pytest.raises(LoadError, match=message):
        columns_of("areas", "a", "b", **told)


def test_mapping_file(write: Callable[..., Path]) -> None:
    path = write(
        "map.yaml",
        "crs: gcj02\nfields: {full_text: [市, 区, 路], code: id}\nset: {level: 62}\n"
        "values: {state: {搞定: closed}}\n",
    )
    options = LoadOptions.told(mapping=path, maps=("code=编号",))
    assert options.columns == {"full_text": ("市", "区", "路"), "code": ("编号",)}
    assert options.constants == {"level": "62"}
    assert options.words == {"state": {"搞定": "closed"}}
    assert str(options.datum) == "gcj02"


@pytest.mark.parametrize("text", ["fields: [", "colour: red", "- a"])
def test_bad_mapping_file_is_refused(write: Callable[..., Path], text: str) -> None:
    with pytest.raises(LoadError, match=r"map\.yaml"):
        read_mapping(write("map.yaml", text))


@pytest.mark.parametrize(
    "told", [{"crs": "nonsense"}, {"timezone": "Mars/Base"}, {"maps": ("code",)}]
)
def test_wrong_options_are_refused(told: dict) -> None:
    with pytest.raises(LoadError, match="--"):
        LoadOptions.told(**told)
