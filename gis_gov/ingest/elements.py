"""Address elements in columns of their own: 省, 市, 区, 街道, 社区, 路, 门牌, 幢, 单元, 室.

Source: element types of GA/T 2000.32-2014; a missing element may be written 无.
"""

from collections.abc import Sequence

import orjson
import pyarrow as pa

from gis_gov.ingest.header import folded, without_brackets
from gis_gov.ingest.values import text

_TYPES = {
    "11": "省 省份 province",
    "12": "市 城市 地市 city",
    "13": "区 县 区县 县区 县市区 county district",
    "20": "乡镇 街道 镇街 乡镇街道 镇 town township",
    "31": "社区 村社区 村 居委会 村居 社区村 community village",
    "41": "路 街 道路 街路巷 街巷 路名 street road",
    "42": "小区 小区名称 院落 residentialquarters",
    "43": "门牌 门牌号 housenumber",
    "50": "楼栋 幢 栋 楼 幢号 楼号 building",
    "61": "单元 单元号 unit",
    "62": "室 室号 房号 房间号 户室 room",
}
_TYPE_OF = {folded(name): kind for kind, names in _TYPES.items() for name in names.split()}
_ABSENT = "无"


def element_columns(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Find the columns that hold elements: (type, column), from the widest element down."""
    found: dict[str, str] = {}
    for column in columns:
        kind = _TYPE_OF.get(folded(column)) or _TYPE_OF.get(without_brackets(column))
        if kind:
            found.setdefault(kind, column)
    return sorted(found.items())


def joined_elements(
    table: pa.Table, chosen: Sequence[tuple[str, str]]
) -> tuple[pa.Array, pa.Array]:
    """Write the elements of each row as a JSON list, and as one line of text (null if empty)."""
    columns = [text(table.column(name).combine_chunks()).to_pylist() for _, name in chosen]
    kinds = [kind for kind, _ in chosen]
    lists, lines = [], []
    for row in zip(*columns, strict=True):
        parts = [(k, name) for k, name in zip(kinds, row, strict=True) if name and name != _ABSENT]
        lists.append(orjson.dumps([{"type": k, "name": name} for k, name in parts]).decode())
        lines.append("".join(name for _, name in parts) or None)
    return pa.array(lists, pa.string()), pa.array(lines, pa.string())
