"""CQL2 text as the tree that CQL2 JSON has.

The grammar is our own (grammar.lark): of the parsers at hand, one takes twice as long for each
further parenthesis of a broken text and ends the process at a few hundred, the other knows a draft
of the standard only. See docs/decisions.md.
"""

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.reader import Node

_SHOWN = 20
_ESCAPED = re.compile(r"''|\\(['abtnvfr])")
_CONTROLS = dict(zip("abtnvfr", "\a\b\t\n\v\f\r", strict=True))


_DIGITS_MAX = 400


def parse_text(text: str) -> Node:
    """Read CQL2 text.

    Raises:
        InvalidFilter: it is none; tells where.

    """
    try:
        return _parser().parse(text)
    except UnexpectedEOF:
        raise InvalidFilter("ends too early") from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise InvalidFilter("ends too early") from None
        raise _misplaced(text, error.token.start_pos or 0) from None
    except UnexpectedCharacters as error:
        raise _misplaced(text, error.pos_in_stream) from None
    except (LarkError, RecursionError):
        raise InvalidFilter("is no CQL2 text") from None


def _misplaced(text: str, position: int) -> InvalidFilter:
    return InvalidFilter(
        f"{text[position : position + _SHOWN]!r} at character {position + 1} is not expected there"
    )


def _unquoted(token: Token) -> str:
    # Another backslash stays, for `LIKE` to read.
    return _ESCAPED.sub(lambda found: _CONTROLS.get(found[1] or "'", "'"), token[1:-1])


def _number(token: Token) -> int | float:
    if len(token) > _DIGITS_MAX:
        raise InvalidFilter("a number is too large")
    return int(token) if token.isdecimal() else float(token)


def _operation(op: str, *args: Node) -> Node:
    return {"op": op, "args": list(args)}


def _joined(op: str, left: Node, right: Node) -> Node:
    """Join conditions flatly: a chain of a thousand is no tree of a thousand levels."""
    before = left["args"] if isinstance(left, dict) and left.get("op") == op else [left]
    return {"op": op, "args": [*before, right]}


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """Makes the tree while the text is read."""

    def either(self, left: Node, right: Node) -> Node:
        return _joined("or", left, right)

    def both(self, left: Node, right: Node) -> Node:
        return _joined("and", left, right)

    def negated(self, node: Node) -> Node:
        return _operation("not", node)

    def compared(self, left: Node, sign: Token, right: Node) -> Node:
        return _operation(str(sign), left, right)

    def like(self, value: Node, pattern: Node) -> Node:
        return _operation("like", value, pattern)

    def unlike(self, value: Node, pattern: Node) -> Node:
        return _operation("not", self.like(value, pattern))

    def between(self, value: Node, low: Node, high: Node) -> Node:
        return _operation("between", value, low, high)

    def not_between(self, value: Node, low: Node, high: Node) -> Node:
        return _operation("not", self.between(value, low, high))

    def within(self, value: Node, items: list[Node]) -> Node:
        return _operation("in", value, items)

    def not_within(self, value: Node, items: list[Node]) -> Node:
        return _operation("not", self.within(value, items))

    def is_null(self, value: Node) -> Node:
        return _operation("isNull", value)

    def is_told(self, value: Node) -> Node:
        return _operation("not", self.is_null(value))

    def computed(self, left: Node, sign: Token, right: Node) -> Node:
        return _operation(sign.lower(), left, right)

    def opposite(self, value: Node) -> Node:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
        return _operation("*", -1, value)

    def number(self, token: Token) -> Node:
        return _number(token)

    def minus(self, token: Token) -> Node:
        return -_number(token)

    def text(self, token: Token) -> Node:
        return _unquoted(token)

    def yes(self) -> Node:
        return True

    def no(self) -> Node:
        return False

    def property(self, name: Token) -> Node:
        return {"property": str(name)}

    def quoted(self, name: Token) -> Node:
        return {"property": name[1:-1]}

    def items(self, *items: Node) -> Node:
        return list(items)

    def array(self, *items: Node) -> Node:
        return list(items)

    def call(self, name: Token, items: list[Node] | None) -> Node:
        args = items or []
        match name.lower(), args:
            case ("date" | "timestamp") as kind, [str(told)]:
                return {kind: told}
            case "interval", [start, end]:
                return {"interval": [start, end]}
            case "bbox", _:
                return {"bbox": args}
            case op, _:
                return _operation(op, *args)

    def position(self, *coordinates: float | None) -> Node:
        return [each for each in coordinates if each is not None]

    def line(self, *positions: Node) -> Node:
        return list(positions)

    def lines(self, *lines: Node) -> Node:
        return list(lines)

    def point(self, position: Node) -> Node:
        return {"type": "Point", "coordinates": position}

    def linestring(self, line: Node) -> Node:
        return {"type": "LineString", "coordinates": line}

    def polygon(self, lines: Node) -> Node:
        return {"type": "Polygon", "coordinates": lines}

    def multipoint(self, *places: Node) -> Node:
        return {"type": "MultiPoint", "coordinates": list(places)}

    def multilinestring(self, lines: Node) -> Node:
        return {"type": "MultiLineString", "coordinates": lines}

    def multipolygon(self, *polygons: Node) -> Node:
        return {"type": "MultiPolygon", "coordinates": list(polygons)}

    def collection(self, *geometries: Node) -> Node:
        return {"type": "GeometryCollection", "geometries": list(geometries)}


@cache
def _parser() -> Lark:
    grammar = (files("gis_gov.cql") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Tree(), maybe_placeholders=True)
