"""Keep ID numbers and phones out of attrs: what is no field of ours is not sealed.

A column whose name says that it holds them is left out. In other columns a value that looks like
one is masked, whatever it stands amid.
"""

import re
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa

from gis_gov.access.masks import masked_in_text
from gis_gov.access.patterns import MAYBE
from gis_gov.ingest.arrow import pc
from gis_gov.ingest.frame import Frame
from gis_gov.ingest.header import folded
from gis_gov.ingest.report import Findings
from gis_gov.ingest.sources.batch import is_json
from gis_gov.ingest.values import text

OF_PEOPLE: Final = frozenset(("persons", "houses", "enterprises", "workers", "events"))
"""Kinds whose files tell of people; a camera's number or a bus stop's telephone is nobody's."""

_NAMES = re.compile(
    r"身份证|身份号码|證件|证件号|电话|電話|手机|手機|联系方式|聯繫方式|phone|mobile|^tel|idcard|idn(o|um)"
)


def scrubbed(
    name: str, values: pa.Array, field: pa.Field, frame: Frame, findings: Findings
) -> pa.Array | None:
    """Return a left-over column without ID numbers and phones, None where nothing may stay."""
    if _NAMES.search(folded(name)):
        told = np.asarray(values.is_valid())
        findings.add(
            "personal_left_out",
            told,
            frame.numbers,
            "a column of ID numbers or phones that is no field is left out (--map FIELD=COLUMN)",
        )
        return None
    written = _written(values)
    looks = pc.match_substring_regex(written, MAYBE).fill_null(False)
    if not pc.any(looks).as_py():
        return values
    told = written.to_pylist()
    changed = np.array(looks)
    for place in np.flatnonzero(changed):
        masked = masked_in_text(told[place])
        changed[place] = masked != told[place]
        told[place] = masked
    if not changed.any():
        return values
    findings.add(
        "personal_masked",
        changed,
        frame.numbers,
        "what looks like an ID number or a phone is masked in attrs",
    )
    if is_json(field) or pa.types.is_nested(values.type):
        return _nested(values, field)
    return pa.array(told)


def _written(values: pa.Array) -> pa.Array:
    if pa.types.is_nested(values.type):
        rows = [
            None if row is None else orjson.dumps(row, default=str).decode()
            for row in values.to_pylist()
        ]
        return pa.array(rows, pa.string())
    return text(values)


def _nested(values: pa.Array, field: pa.Field) -> pa.Array:
    rows = values.to_pylist()
    if not is_json(field):
        return pa.array([_masked(row) for row in rows])
    made = [
        None if row is None else orjson.dumps(_masked(orjson.loads(row))).decode() for row in rows
    ]
    return pa.array(made, pa.string())


def _masked(value: Any) -> Any:
    """Mask what looks personal at any depth."""
    match value:
        case dict():
            return {masked_in_text(name): _masked(inner) for name, inner in value.items()}
        case list():
            return [_masked(inner) for inner in value]
        case str():
            return masked_in_text(value)
        case int() | float() if not isinstance(value, bool):
            written = str(int(value)) if value == int(value) else str(value)
            masked = masked_in_text(written)
            return value if masked == written else masked
        case _:
            return value
