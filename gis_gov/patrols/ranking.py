"""Who did most: points by a formula that is told, each term of it, and ties."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of the sums that may earn points; a share is divided by 1, others by the best."""

    name: str
    weight: float
    is_share: bool = False


MEASURES: Final = (
    Measure("valid_mileage_m", 0.4),
    Measure("duration_s", 0.2),
    Measure("own_grid_share", 0.2, is_share=True),
    Measure("events_found", 0.2),
    Measure("tasks_done_share", 0, is_share=True),
)
"""What is ranked by, and how much each counts if nothing else is asked for.

Whatever else is added up for everybody becomes a term by a line here. Tasks count only if it is
asked for: who had none would earn nothing for them.
"""
_DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Term:
    """A measure as it counts: its part of all weights, and by what it is divided."""

    name: str
    weight: float
    divisor: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The rows in order, by which terms, and what could be no term."""

    terms: Sequence[Term]
    left_out: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    @property
    def formula(self) -> str:
        """Write how points are worked out."""
        parts = [f"{each.weight:.4g} × {each.name} / {each.divisor:.10g}" for each in self.terms]
        return f"points = 100 × ({' + '.join(parts) or 0})"


def parse_weights(text: str | None) -> dict[str, float]:
    """Read weights as `name:number`, with commas between; those that are not named count nothing.

    Raises:
        ValueError: a name is unknown or there twice, a number is none or below 0, or all are 0.

    """
    if text is None:
        return {each.name: each.weight for each in MEASURES}
    known = [each.name for each in MEASURES]
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (each.strip() for each in part.partition(":"))
        if name not in known or name in weights:
            raise ValueError(f"names each of {', '.join(known)} once at most, as name:number")
        try:
            weights[name] = float(number)
        except ValueError:
            raise ValueError(f"has no number behind {name}:") from None
        if not 0 <= weights[name] <= 1e6:
            raise ValueError("has numbers from 0 to 1000000")
    if not any(weights.values()):
        raise ValueError("has a number above 0 at least")
    return weights


def ranked(rows: Sequence[Mapping[str, Any]], weights: Mapping[str, float]) -> Ranking:
    """Give each row its points and its rank, the first with the most; as many as tie are one rank.

    A figure that nobody may be told is left out, and the other weights make up for it; one that
    only some lack earns those nothing.
    """
    asked = [each for each in MEASURES if weights.get(each.name, 0) > 0]
    is_told = {each.name: any(row[each.name] is not None for row in rows) for each in asked}
    told = [each for each in asked if is_told[each.name]]
    whole = sum(weights[each.name] for each in told)
    terms = [Term(each.name, weights[each.name] / whole, _divisor(each, rows)) for each in told]
    scored = [_scored(row, terms) for row in rows]
    scored.sort(key=lambda row: (-row["points"], row["code"] is None, row["code"]))
    times = Counter(row["points"] for row in scored)
    ranks: dict[float, int] = {}
    for place, row in enumerate(scored, start=1):
        row["rank"] = ranks.setdefault(row["points"], place)
        row["is_tied"] = times[row["points"]] > 1
    left_out = [each.name for each in asked if not is_told[each.name]]
    return Ranking(terms, left_out, scored)


def _divisor(measure: Measure, rows: Sequence[Mapping[str, Any]]) -> float:
    if measure.is_share:
        return 1.0
    return max(float(row[measure.name] or 0) for row in rows) or 1.0


def _scored(row: Mapping[str, Any], terms: Sequence[Term]) -> dict[str, Any]:
    told: dict[str, dict[str, float | None]] = {}
    for term in terms:
        value = row[term.name]
        points = 100 * term.weight * float(value or 0) / term.divisor
        told[term.name] = {"value": value, "points": round(points, _DIGITS)}
    # Of the rounded ones, so that whoever adds them up by hand finds the same, and ties are seen.
    points = round(sum(float(each["points"] or 0) for each in told.values()), _DIGITS)
    whose = {name: row[name] for name in ("code", "name", "patrols")}
    return {**whose, "points": points, "terms": told}
