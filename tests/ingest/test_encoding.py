from pathlib import Path

import pytest

from gis_gov.ingest.encoding import detect_encoding
from gis_gov.ingest.errors import LoadError

CHINESE = "姓名,地址\n" + "张三,广东省广州市番禺区市桥街道大北路一百二十号\n" * 3
TRADITIONAL = "地點,說明\n" + "臺北市中山區民權東路二段,道路施工請改道行駛\n" * 3


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "gb18030", "gb18030"),
        (TRADITIONAL, "big5hkscs", "big5hkscs"),
        (CHINESE, "utf-16", "utf-16"),
        ("code,name\n1,a\n", "ascii", "utf-8"),
    ],
)
def test_encoding_is_detected(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    assert detect_encoding(path) == found


def test_gbk_after_a_megabyte_of_ascii_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"code,name\n" * 200_000 + CHINESE.encode("gbk"))
    assert detect_encoding(path) == "gb18030"


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(("Straße,Genève,Málaga\n" * 20).encode("latin-1"))
    assert "résumé".encode("latin-1").decode(detect_encoding(path)) == "résumé"


def test_file_cut_within_a_character_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(CHINESE.encode()[:-2])
    with pytest.raises(LoadError, match="cut off in the middle of a character"):
        detect_encoding(path)
