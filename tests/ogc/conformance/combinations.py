"""Combinations of four basic filters of the places, and how many each finds, as the standard says.

`n`, `p`, `s` and `b` are name, pop_other, start and boolean, each compared with the value by which
the other tests ask for it; `0` is `IS NULL`, `1` is `IS NOT NULL`.
"""

from tests.ogc.conformance.predicates import COPENHAGEN, PEOPLE, START, Expected

_VALUES = {
    **{name[0]: (name, value) for _, name, value, _ in (COPENHAGEN, PEOPLE, START)},
    "b": ("boolean", "true"),
}
_STATES = {"0": " IS NULL", "1": " IS NOT NULL"}
_COMBINATIONS = """
p<> n<> p0 n< 1; p<> n> n<= b= 107; s0 p1 p1 p> 124;
p< p> p0 s< 121; s= p< s= n<> 2; s<= n<> b= n< 2;
p= s0 s<> b1 242; s0 p> s1 n> 122; p< n<> n= s< 2;
s>= n1 s0 p< 120; n>= s1 b= s>= 137; s1 n>= s1 n1 3;
n0 n< p1 b1 243; s>= n> p= n< 3; s< n<= b0 n> 138;
p1 s0 p>= n> 62; n= s= b= p0 243; n> p< p> n<= 122;
p<> n= n<= s> 243; s< s>= p= s0 3; n<> b= s= s0 2;
n0 s<> s< n0 243; s<> n> s<= n1 3; n<> p<> p< s>= 2;
b0 p> b1 p0 122; p= s0 s> p1 2; p<> s0 p> b= 2;
s> p< n<= p= 2; s>= s<= n<= n<> 107; b= n1 b0 p= 1;
s= p= p< n<> 122; p<> s<= s1 s= 3; n<> p<> p1 n1 243;
n= p< s1 p<> 3; n< s<> s> s= 2; b= p< n1 s<= 3;
p<= n< p< p< 243; p0 n<= n= s> 2; p< n<> p<> n<> 243;
s<= p0 s< n1 2; s<> n= b0 p<> 241; b= p<= n<> p0 2;
n1 p<= s1 b1 124; p<= p< s> p> 1; s1 b1 n>= p1 137;
s<> s1 p> p< 1; p<= n<= b0 s1 198; n>= n>= n<= n>= 107;
b= s< b1 n< 2; s> s>= p0 p<= 1; p< n= s>= n< 181;
p< p<= p0 s1 121; n>= p>= b= n1 79; b0 n<> b0 p1 240;
p< s>= n> p<= 199; n<= s> n< b0 106; p1 n<> p< p<= 121;
n>= s1 n>= n1 137; p< s< n0 p>= 1; p>= n> b1 s1 184;
s1 n<> n<= n0 241; n>= p<> s= n<> 2; b1 p<= p= s= 1;
n1 s1 s1 n>= 241; p= p1 s1 n<> 2; s= s0 p> p<= 1;
n0 s1 s= n1 1; b1 n= b1 n1 3; p<> p<> p= p<= 1;
p0 s<> s> b1 241; s< b0 s> n< 2; p> p<> s<> n<> 2;
s>= s= p= n1 2; p<= s1 s<= b1 242; b= s> p< p<> 122;
p>= p> b0 p= 121; n< p> s= b= 44
"""


def _written(code: str) -> str:
    name, value = _VALUES[code[0]]
    return f"{name}{_STATES.get(code[1:], f'{code[1:]}{value}')}"


def _combined(row: str) -> Expected:
    *codes, count = row.split()
    a, b, c, d = map(_written, codes)
    text = f"(NOT ({b}) AND {a}) OR ({c} and {d}) or not ({a} OR {d})"
    return "places", text, int(count)


COMBINATIONS: list[Expected] = [_combined(row) for row in _COMBINATIONS.split(";")]
