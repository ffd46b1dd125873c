"""XML: a repeated element is a row."""

from pathlib import Path

import pytest

from gis_gov.ingest.errors import LoadError
from tests.ingest.test_sources import read


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gb2312"])
def test_xml_of_a_repeated_element(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "f.xml"
    path.write_bytes(
        (
            f'<?xml version="1.0" encoding="{encoding}"?><root><head><made>x</made></head><list>'
            '<row id="1"><name>市桥</name><place><lon>113.1</lon></place></row>'
            '<row id="2"><name>大石</name></row></list></root>'
        ).encode(encoding)
    )
    (batch,), _ = read(path)
    assert batch.columns.to_pylist() == [
        {"id": "1", "name": "市桥", "lon": "113.1"},
        {"id": "2", "name": "大石", "lon": None},
    ]


def test_xml_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text("<r><row><a>1</a></row><row><a>", encoding="utf-8")
    with pytest.raises(LoadError, match="cut off in the middle"):
        read(path)


def read_rows(tmp_path: Path, text: str, **told: str) -> list[dict[str, str]]:
    path = tmp_path / "f.xml"
    path.write_text(text, encoding="utf-8")
    (batch,), _ = read(path, **told)
    return batch.columns.to_pylist()


def test_columns_of_one_name_are_told_apart_by_what_they_stand_in(tmp_path: Path) -> None:
    text = (
        "<r><e><id>1</id><by><name>张</name><tel>1</tel></by><at><name>大北路</name></at></e>"
        "<e><id>2</id><by><name>李</name></by></e></r>"
    )
    assert read_rows(tmp_path, text) == [
        {"id": "1", "by/name": "张", "tel": "1", "at/name": "大北路"},
        {"id": "2", "by/name": "李", "tel": None, "at/name": None},
    ]


def test_what_repeats_within_a_record_is_one_value(tmp_path: Path) -> None:
    text = "<r><e><alias>甲</alias><alias>乙</alias></e><e><alias>丙</alias></e></r>"
    assert read_rows(tmp_path, text, layer="e") == [{"alias": "甲;乙"}, {"alias": "丙"}]


def test_a_record_s_own_text_has_the_record_s_name(tmp_path: Path) -> None:
    text = '<r><poi lon="113" lat="22">治理站</poi><poi lon="114" lat="23"/></r>'
    assert read_rows(tmp_path, text) == [
        {"lon": "113", "lat": "22", "poi": "治理站"},
        {"lon": "114", "lat": "23", "poi": None},
    ]
