"""What is asked for around a point: kinds, rings, and how hits are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_gov.resources.queries import Found, Hit

RING_EDGES_M = (500.0, 1000.0, 2000.0)
DEGREE_DIGITS = 7
METRE_DIGITS = 3


def ring_edges(radius_m: float) -> list[float]:
    """Return the outer edges of the rings, in metres, cut at the radius, which is the last."""
    return [*(edge for edge in RING_EDGES_M if edge < radius_m), radius_m]


def joined(first: Found, second: Found, limit: int) -> Found:
    """Join what was found of some kinds and of others, by distance."""
    hits = sorted([*first.hits, *second.hits], key=lambda hit: (hit.distance_m, hit.kind, hit.code))
    return Found(hits[:limit], {**first.within_edges, **second.within_edges})


def tell(found: Found, kinds: Sequence[str], edges_m: Sequence[float]) -> dict[str, Any]:
    """Make the GeoJSON of what was found, with the counts of the kinds that were asked for."""
    within = [
        {kind: found.within_edges.get((edge, kind), 0) for kind in kinds}
        for edge in range(len(edges_m))
    ]
    nothing = dict.fromkeys(kinds, 0)
    return {
        "type": "FeatureCollection",
        "features": [_feature(hit) for hit in found.hits],
        "counts": within[-1],
        "rings": [
            {"from_m": inner_m, "to_m": outer_m, "counts": _less(outer, inner)}
            for inner_m, outer_m, inner, outer in zip(
                [0.0, *edges_m], edges_m, [nothing, *within], within, strict=False
            )
        ],
    }


def _less(outer: Mapping[str, int], inner: Mapping[str, int]) -> dict[str, int]:
    return {kind: outer[kind] - inner[kind] for kind in outer}


def _feature(hit: Hit) -> dict[str, Any]:
    made = f"{hit.kind}:{hit.code}"
    return {
        "type": "Feature",
        "id": made,
        "geometry": {
            "type": "Point",
            "coordinates": [round(hit.lon, DEGREE_DIGITS), round(hit.lat, DEGREE_DIGITS)],
        },
        "properties": {
            "id": made,
            "kind": hit.kind,
            "code": hit.code,
            "name": hit.name,
            "distance_m": round(hit.distance_m, METRE_DIGITS),
            "bearing_deg": _bearing(hit.bearing_deg),
            **_own(hit),
        },
    }


def _bearing(degrees: float | None) -> float | None:
    # Just west of north would round to 360, which is north again.
    return None if degrees is None else round(degrees, 2) % 360


def _own(hit: Hit) -> dict[str, Any]:
    """Return what only this kind of thing has."""
    if hit.kind == "worker":
        return {
            "worker_kind": hit.worker_kind,
            "organisation": hit.organisation,
            "time": hit.seen_at,
            "age_s": None if hit.age_s is None else round(hit.age_s),
            "accuracy_m": hit.accuracy_m,
            "speed_mps": hit.speed_mps,
            "heading_deg": hit.heading_deg,
        }
    told: dict[str, Any] = {"class": hit.resource_class, "owner": hit.resource_owner}
    if hit.kind == "camera":
        told["azimuth_deg"] = hit.azimuth_deg
        told["field_of_view_deg"] = hit.field_of_view_deg
        told["range_m"] = hit.range_m
    return told
