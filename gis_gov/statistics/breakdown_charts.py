"""What charts of breakdowns draw: each line or bar by its name."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gis_gov.statistics.breakdown import Row

_UNKNOWN = "?"


def bars(rows: Sequence[Row], by: Sequence[str]) -> Mapping[str, int]:
    """Return the count of each unit and category."""
    return {_name(row, by): row["count"] for row in rows}


def lines(rows: Sequence[Row], by: Sequence[str]) -> Mapping[str, list[int | None]]:
    """Return the counts of each unit and category, one after the other."""
    found: dict[str, list[int | None]] = defaultdict(list)
    for row in rows:
        found[_name(row, by)].append(row["count"])
    return found


def unit_named(row: Row) -> str:
    """Return the code and the name of the unit that a row is of."""
    return f"{row['code'] or _UNKNOWN} {row['name'] or ''}".strip()


def _name(row: Row, by: Sequence[str]) -> str:
    unit = [unit_named(row)] if "code" in row else []
    return " · ".join([*unit, *(str(row[name] or _UNKNOWN) for name in by)])
