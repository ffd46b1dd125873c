"""The scatter plot of Moran: each unit's value, and the mean of its neighbours' values."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gis_gov.statistics.asked import TooManyRows
from gis_gov.statistics.autocorrelation import Global
from gis_gov.statistics.breakdown import Row
from gis_gov.statistics.breakdown_charts import unit_named
from gis_gov.statistics.charts import Dot, scatter_chart, true_at

DOTS_MAX: Final = 5_000
_FIT: Final = "Moran's I"
_MEANS: Final[Sequence[str]] = ("mean of values", "mean of lags")
# Drawn one upon the other; maps of LISA have these colours.
_KINDS: Final = {
    "none": "#c0c0c0",
    "low-low": "#2c5fa8",
    "low-high": "#8fb8de",
    "high-low": "#f2a28b",
    "high-high": "#c5221f",
}
_COLOURS: Final = {**_KINDS, **dict.fromkeys(_MEANS, "#808080"), _FIT: "#202020"}


def moran_chart(title: str, rows: Sequence[Row], overall: Global | None, at: datetime) -> bytes:
    """Draw a dot for each unit that was compared, by its kind, the two means, and the fit.

    The fit goes through both means, and its slope is Moran's I.

    Raises:
        TooManyRows: there are more than anybody can tell apart.

    """
    compared = [row for row in rows if row["kind"] is not None]
    if len(compared) > DOTS_MAX:
        raise TooManyRows(
            f"a chart shows {DOTS_MAX} dots at most, of {len(compared)}; ask for a higher level,"
            " or f=csv"
        )
    note = true_at(at)
    if overall is not None:
        note = f"Moran's I {overall.i:.4g}, z {overall.z:.4g}, p {overall.p:.4g}, {note}"
    groups = {
        kind: [_dot(row) for row in compared if row["kind"] == kind]
        for kind in _KINDS
        if any(row["kind"] == kind for row in compared)
    }
    axes = ("value", "lag: mean of the neighbours' values")
    return scatter_chart(title, axes, groups, _lines(compared, overall), _COLOURS, note)


def _dot(row: Row) -> Dot:
    made_of = "" if row["denominator"] is None else f": {row['numerator']} / {row['denominator']}"
    return Dot(row["value"], row["lag"], f"{unit_named(row)}{made_of}")


def _lines(compared: Sequence[Row], overall: Global | None) -> dict[str, list[tuple[float, float]]]:
    if not compared:
        return {}
    values, lags = ([row[name] for row in compared] for name in ("value", "lag"))
    west, east = min(values), max(values)
    middle, height = sum(values) / len(values), sum(lags) / len(lags)
    ends = (
        [(middle, min(lags)), (middle, max(lags))],
        [(west, height), (east, height)],
    )
    lines: dict[str, list[tuple[float, float]]] = dict(zip(_MEANS, ends, strict=True))
    if overall is not None:
        lines[_FIT] = [(x, height + overall.i * (x - middle)) for x in (west, east)]
    return lines
