"""Read a direction: degrees clockwise from north, or the name of a compass point."""

from gis_gov.ingest.header import folded

_POINTS = [
    "N",
    "NNE",
    "NE",
    "ENE",
    "E",
    "ESE",
    "SE",
    "SSE",
    "S",
    "SSW",
    "SW",
    "WSW",
    "W",
    "WNW",
    "NW",
    "NNW",
]
_STEP_DEG = 360 / len(_POINTS)
_WORDS = {
    0: "north northbound nb 北 朝北 向北 正北",
    2: "northeast 东北 東北 北东",
    4: "east eastbound eb 东 東 朝东 向东 正东",
    6: "southeast 东南 東南 南东",
    8: "south southbound sb 南 朝南 向南 正南",
    10: "southwest 西南",
    12: "west westbound wb 西 朝西 向西 正西",
    14: "northwest 西北",
}
_NAMED = {point.casefold(): at * _STEP_DEG for at, point in enumerate(_POINTS)} | {
    folded(word): at * _STEP_DEG for at, words in _WORDS.items() for word in words.split()
}


def bearing_of(text: str) -> float | None:
    """Give the degrees in [0, 360) that a text means, or None."""
    named = _NAMED.get(folded(text))
    if named is not None:
        return named
    try:
        degrees = float(text.strip().rstrip("°度"))
    except ValueError:
        return None
    return degrees % 360.0 if 0.0 <= degrees <= 360.0 else None
