"""Grid codes by a tenant's template, and the order in which grids are numbered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

GRID_KIND_DIGITS: Mapping[str, int] = {"base": 1, "exclusive": 2, "second": 3, "micro": 4}

_FIELD = re.compile(r"\{(?P<name>[a-z]+):(?P<width>[1-9][0-9]?)\}")


class BadTemplate(ValueError):
    """A template that makes no codes."""


class CodeOverflow(ValueError):
    """A value that needs more digits than its field has."""


@dataclass(frozen=True)
class CodeTemplate:
    """Make and recognise codes of one shape, such as `{area:12}{kind:1}{seq:3}`.

    A field is a name and its number of digits; what stands between fields is taken as it is.

    Raises:
        BadTemplate: no field, a field twice, or braces that are no field.

    """

    text: str

    def __post_init__(self) -> None:
        names = [field["name"] for field in _FIELD.finditer(self.text)]
        if not names:
            raise BadTemplate(f"{self.text!r} has no field; a field is written like {{seq:3}}")
        if len(set(names)) < len(names):
            raise BadTemplate(f"{self.text!r} has a field twice")
        if set("{}") & set(_FIELD.sub("", self.text)):
            raise BadTemplate(f"{self.text!r} has braces that are no field; write {{name:digits}}")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts: list[str] = []
        end = 0
        for field in _FIELD.finditer(self.text):
            parts.append(re.escape(self.text[end : field.start()]))
            parts.append(f"(?P<{field['name']}>[0-9]{{{field['width']}}})")
            end = field.end()
        return re.compile("".join(parts) + re.escape(self.text[end:]))

    def make(self, **values: int | str) -> str:
        """Return the code of `values`, each filled up with zeros on the left.

        Raises:
            CodeOverflow: a value has more digits than its field, or is no number.
            KeyError: a field has no value.

        """

        def digits(field: re.Match[str]) -> str:
            width = int(field["width"])
            filled = str(values[field["name"]]).rjust(width, "0")
            if len(filled) > width or not (filled.isascii() and filled.isdigit()):
                raise CodeOverflow(
                    f"{field['name']} {values[field['name']]} does not fit {width} digits"
                )
            return filled

        return _FIELD.sub(digits, self.text)

    def read(self, code: str) -> dict[str, str] | None:
        """Return the fields of `code`, or None if it is of another shape."""
        found = self._pattern.fullmatch(code)
        return found.groupdict() if found else None


def numbering_order(
    lon: NDArray[np.float64], lat: NDArray[np.float64], height_deg: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Return the order in which polygons are numbered: rows from north to south, each west to east.

    Arguments are the polygons' middles and heights in degrees, shape (n,). Polygons are of one row
    while their middle lies within half the median height of the row's first. (DB11 unit grids are
    numbered so; docs/glossary.md.)
    """
    if lon.size == 0:
        return np.empty(0, dtype=np.intp)
    from_north = np.lexsort((lon, -lat))
    reach = float(np.median(height_deg)) / 2
    rows = np.empty(lon.size, dtype=np.int64)
    row, top = 0, float(lat[from_north[0]])
    for index in from_north.tolist():
        if top - float(lat[index]) > reach:
            row, top = row + 1, float(lat[index])
        rows[index] = row
    return np.lexsort((lon, rows))
