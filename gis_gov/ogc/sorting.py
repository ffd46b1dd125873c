"""In which order the items of a collection come, and where a page of them begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Double,
    Text,
    and_,
    cast,
    false,
    literal,
    or_,
    true,
)

from gis_gov.cql.kinds import Condition, Expression, Kind, Queryable
from gis_gov.paging import BadPageToken
from gis_gov.problems import InvalidRequest

KEYS_MAX: Final = 5
_SORTABLE: Final = {
    Kind.TEXT: Text,
    Kind.INTEGER: Double,
    Kind.NUMBER: Double,
    Kind.DATE: Date,
    Kind.INSTANT: DateTime(timezone=True),
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One expression to sort by; rows where it is null come last, whichever way it goes.

    One that is never null is told so: an index gives its rows from the middle on, which it does
    neither for "or null" nor for nulls at the other end than its own.
    """

    kind: Kind
    expression: Expression
    descending: bool = False
    may_be_null: bool = True

    def order(self) -> Any:
        """Return the element of `order by`."""
        way = self.expression.desc() if self.descending else self.expression.asc()
        return way.nulls_last() if self.may_be_null else way

    def after(self, value: Any) -> Condition:
        """Hold for the rows that come after those of a value."""
        if value is None:
            return false()
        bound = self._bound(value)
        beyond = self.expression < bound if self.descending else self.expression > bound
        return or_(beyond, self.expression.is_(None)) if self.may_be_null else beyond

    def not_before(self, value: Any) -> Condition:
        """Hold for the rows of a value, and for those that come after."""
        if self.may_be_null:
            return true()
        bound = self._bound(value)
        return self.expression <= bound if self.descending else self.expression >= bound

    def same(self, value: Any) -> Condition:
        """Hold for the rows of a value."""
        return self.expression.is_(None) if value is None else self.expression == self._bound(value)

    def _bound(self, value: Any) -> Expression:
        return cast(literal(self._read(value)), _SORTABLE[self.kind])

    def _read(self, value: Any) -> Any:
        """Read what a page's token tells of a value."""
        try:
            match self.kind, value:
                case Kind.TEXT, str() if "\0" not in value:
                    return value
                case ((Kind.INTEGER | Kind.NUMBER), (int() | float())):
                    return float(value)
                case Kind.DATE, str():
                    return date.fromisoformat(value)
                case Kind.INSTANT, str():
                    return datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            pass
        raise BadPageToken


def parse_sorting(
    text: str | None, names: Mapping[str, Queryable], code: Expression
) -> list[SortKey]:
    """Read `+name,-reported_at`; the code comes last, so that no two rows are equal.

    Raises:
        InvalidRequest: a property can't be sorted by, or there are too many.

    """
    keys: list[SortKey] = []
    parts = text.split(",") if text else []
    if len(parts) > KEYS_MAX:
        raise InvalidRequest.at("query.sortby", f"has more than {KEYS_MAX} properties")
    for part in parts:
        # A plus in a query is a space, unless it is written %2B.
        name = part[1:] if part[:1] in {"+", " ", "-"} else part
        found = names.get(name)
        if found is None or found.kind not in _SORTABLE:
            raise InvalidRequest.at("query.sortby", f"{name[:80]!r} cannot be sorted by")
        descending = part.startswith("-")
        # As wide as the token tells it: the narrow float's neighbours would come again, or never.
        told = cast(found.expression, Double) if found.kind.is_number else found.expression
        keys.append(SortKey(found.kind, told, descending, _may_be_null(told, code)))
    return [*keys, SortKey(Kind.TEXT, code, may_be_null=_may_be_null(code, code))]


def _may_be_null(expression: Expression, code: Expression) -> bool:
    """Say whether an expression may be null; of the things' own table it knows, of none joined."""
    is_own = isinstance(expression, Column) and isinstance(code, Column)
    return not is_own or expression.table is not code.table or bool(expression.nullable)


def beginning_after(keys: Sequence[SortKey], values: Sequence[Any]) -> Condition:
    """Hold for the rows that come after the one with these values.

    Raises:
        BadPageToken: the values are not those of such keys.

    """
    if len(values) != len(keys):
        raise BadPageToken
    ways: list[Condition] = []
    before: list[Condition] = []
    for key, value in zip(keys, values, strict=True):
        ways.append(and_(*before, key.after(value)))
        before.append(key.same(value))
    if len(keys) == 1:
        return ways[0]
    # Of several ways no index is the beginning; of this one it is, and it leaves the rest as it is.
    return and_(keys[0].not_before(values[0]), or_(*ways))
