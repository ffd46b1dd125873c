"""What was found around a place, and how each thing is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

DEGREE_DIGITS: Final = 7
_NORTH_DEG: Final = 359.995
_JSON_FLAG: Final = {True: b"true", False: b"false", None: b"null"}


class Told(NamedTuple):
    """What is told of a thing wherever it is found from; resources in memory keep theirs.

    `lon` and `lat` are EPSG:4490. `opening` is how its GeoJSON feature begins: all but what depends
    on whence it is found. `range_m` is how far a camera sees, None for other things.
    """

    kind: str
    code: str
    lon: float
    lat: float
    range_m: float | None
    opening: bytes
    properties: Mapping[str, Any]


class Hit(NamedTuple):
    """One thing that was found around a place; they sort as they are told.

    `distance_m` is geodesic, `bearing_deg` the direction towards it (None at distance 0).
    """

    distance_m: float
    kind: str
    code: str
    bearing_deg: float | None
    told: Told


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits by distance, and how many of a kind lie within each of the edges asked for.

    `within_edges` maps (position of the edge, kind) to the number; zeros are left out. `beyond` are
    those of a kind that count although they lie within none.
    """

    hits: list[Hit]
    within_edges: dict[tuple[int, str], int]
    beyond: Mapping[str, int] = field(default_factory=dict)


Sees = Callable[[Hit], bool | None]
"""Says of a camera whether it covers what is asked for; None if its range is not known.

One whose direction nobody told, or that looks all around, is taken for one that turns.
"""


def told_of(row: Mapping[str, Any]) -> Told:
    """Tell of a thing, from a row that has the columns of its kind."""
    kind, code = row["kind"], row["code"]
    number = f"{kind}:{code}"
    properties = {"id": number, "kind": kind, "code": code, "name": row["name"], **_own(row)}
    point = [round(row["lon"], DEGREE_DIGITS), round(row["lat"], DEGREE_DIGITS)]
    feature = {
        "type": "Feature",
        "id": number,
        "geometry": {"type": "Point", "coordinates": point},
        "properties": properties,
    }
    opening = orjson.dumps(feature).removesuffix(b"}}")
    return Told(kind, code, row["lon"], row["lat"], properties.get("range_m"), opening, properties)


def hit_of(row: Mapping[str, Any], distance_m: float, bearing_deg: float | None) -> Hit:
    """Make a hit of a row that has the columns of its kind."""
    return Hit(distance_m, row["kind"], row["code"], bearing_deg, told_of(row))


def feature_of(hit: Hit, sees: Sees) -> orjson.Fragment:
    """Make the GeoJSON feature of a hit."""
    # Put together from bytes, as fifty dictionaries an answer took a third of its time.
    own = b',"covers":%b' % _JSON_FLAG[sees(hit)] if hit.kind == "camera" else b""
    # Just west of north would round to 360, which is north again.
    bearing = 0.0 if hit.bearing_deg and hit.bearing_deg >= _NORTH_DEG else hit.bearing_deg
    told = b"null" if bearing is None else b"%.2f" % bearing
    return orjson.Fragment(
        b'%b,"distance_m":%.3f,"bearing_deg":%b%b}}' % (hit.told.opening, hit.distance_m, told, own)
    )


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only this kind of thing has."""
    if row["kind"] == "enterprise":
        return {"category": row["category"], "risk_class": row["risk_class"]}
    if row["kind"] == "worker":
        return {
            "worker_kind": row["worker_kind"],
            "organisation": row["organisation"],
            "time": row["seen_at"],
            "age_s": None if row["age_s"] is None else round(row["age_s"]),
            "standing": row["standing"],
            "accuracy_m": row["accuracy_m"],
            "speed_mps": row["speed_mps"],
            "heading_deg": row["heading_deg"],
        }
    own = {"class": row["resource_class"], "owner": row["resource_owner"]}
    if row["kind"] == "camera":
        own |= {name: row[name] for name in ("azimuth_deg", "field_of_view_deg", "range_m")}
    return own
