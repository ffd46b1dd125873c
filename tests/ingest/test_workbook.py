"""Spreadsheets: titles above the header, merged header cells, merged data, damaged numbers."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import Batch, ReadOptions
from gis_gov.ingest.sources.open import open_source


def save(path: Path, rows: Sequence[list[Any]], merges: list[str] = []) -> Path:  # noqa: B006
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merges:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def read(path: Path, **told: str) -> Batch:
    with open_source(path, ReadOptions("persons", **told)) as source:
        (batch,) = source.batches()
    return batch


def test_merged_header_below_a_title(tmp_path: Path) -> None:
    batch = read(
        save(
            tmp_path / "f.xlsx",
            [
                ["市桥街道人口登记表", None, None, None, None, None],
                ["填表日期：2025年1月", None, None, None, None, None],
                ["姓名", "身份证号", "位置", None, "住址", "户籍"],
                [None, None, "经度", "纬度", "地址", "地址"],
                ["张三", "11010519491231002X", 113.1, 22.05, "大北路1号", "广州"],
                ["李四", None, 113.2, 22.06, "大北路2号", "佛山"],
            ],
            ["A1:F1", "A2:F2", "A3:A4", "B3:B4", "C3:D3"],
        )
    )
    assert batch.columns.column_names == [
        "姓名",
        "身份证号",
        "经度",
        "纬度",
        "住址/地址",
        "户籍/地址",
    ]
    assert batch.columns.to_pylist()[0] == {
        "姓名": "张三",
        "身份证号": "11010519491231002X",
        "经度": "113.1",
        "纬度": "22.05",
        "住址/地址": "大北路1号",
        "户籍/地址": "广州",
    }
    assert batch.numbers.tolist() == [5, 6]


def test_plain_header(tmp_path: Path) -> None:
    batch = read(
        save(tmp_path / "f.xlsx", [["姓名", "备注"], ["张三", None], [None, None], ["李四", "x"]])
    )
    assert batch.columns.to_pylist() == [
        {"姓名": "张三", "备注": None},
        {"姓名": "李四", "备注": "x"},
    ]
    assert batch.numbers.tolist() == [2, 4]


def test_value_in_merged_cells_counts_for_each_row(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["姓名", "地址"],
        ["张三", "大北路1号"],
        ["李四", None],
        ["王五", "大北路2号"],
    ]
    batch = read(save(tmp_path / "f.xlsx", rows, ["B2:B3"]))
    assert batch.columns.column("地址").to_pylist() == ["大北路1号", "大北路1号", "大北路2号"]


def test_cells_as_text(tmp_path: Path) -> None:
    moment = datetime.datetime(2025, 1, 2, 3, 4, 5)  # noqa: DTZ001 - a spreadsheet has no zones
    row = [440113001001, 440524188001010014, 1.5, moment, True, "#N/A", " x "]
    header = ["code", "id_number", "height", "time", "flag", "error", "name"]
    (found,) = read(save(tmp_path / "f.xlsx", [header, row])).columns.to_pylist()
    assert found["code"] == "440113001001"
    assert found["id_number"].startswith("4.4052")  # its last digits were lost in the cell
    assert found["height"] == "1.5"
    assert found["time"] == "2025-01-02 03:04:05"
    assert found["error"] is None
    assert found["name"] == "x"


def test_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsx", [["姓名", "地址"], ["张三", "a"]])
    book = openpyxl.load_workbook(path)
    other = book.create_sheet("第二")
    other.append(["姓名", "地址"])
    other.append(["李四", "b"])
    book.save(path)
    assert read(path).columns.column("姓名").to_pylist() == ["张三"]
    assert read(path, layer="第二").columns.column("姓名").to_pylist() == ["李四"]
    with pytest.raises(LoadError, match="no sheet '第三'"):
        read(path, layer="第三")


def test_sheet_of_numbers_has_no_header(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no header row"):
        read(save(tmp_path / "f.xlsx", [[1, 2], [3, 4]]))
