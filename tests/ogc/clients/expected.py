"""What each collection holds for a reader, as the database says under his role."""

from typing import LiteralString

AREAS: LiteralString = "select code from area where valid_to is null order by code"
GRIDS: LiteralString = "select code from grid where valid_to is null order by code"
PERSONS: LiteralString = "select code from person order by code"
EVENTS: LiteralString = "select code from event order by code"
CODES: dict[str, LiteralString] = {
    "areas": AREAS,
    "grids": GRIDS,
    "addresses": "select code from address where valid_to is null order by code",
    "persons": PERSONS,
    "houses": "select code from house order by code",
    "enterprises": "select code from enterprise order by code",
    "cameras": "select code from resource where kind = 'camera' order by code",
    "centres": "select code from resource where kind = 'centre' order by code",
    "pois": "select code from resource where kind = 'poi' order by code",
    "workers": "select code from worker order by code",
    "events": EVENTS,
    "positions": "select code from position order by code",
    "patrols": "select code from patrol order by code",
}
"""All collections, for who sees everything."""
OFFICERS: dict[str, LiteralString] = {
    **{name: CODES[name] for name in CODES if name not in {"workers", "positions", "patrols"}},
    # What row policies leave to him and masks do not: no rooms, and no dwellings.
    "addresses": "select code from address where valid_to is null and known_level < 60"
    " order by code",
    "houses": "select code from house where kind = 'building' order by code",
}
"""What an officer of a community may read."""
SHAPES: dict[str, LiteralString] = {
    "areas": "select code, st_astext(geom) from area",
    "grids": "select code, st_astext(geom) from grid",
    "addresses": "select code, st_astext(geom) from address",
    "cameras": "select code, st_astext(geom) from resource",
    "centres": "select code, st_astext(geom) from resource",
    "pois": "select code, st_astext(geom) from resource",
    "events": "select code, st_astext(geom) from event",
    "positions": "select code, st_astext(geom) from position",
    "patrols": "select code, st_astext(geom) from patrol",
}
"""Where the things lie that are told where they are stored."""
QGIS: dict[str, LiteralString] = {
    name: CODES[name] for name in ("areas", "grids", "persons", "events")
}
BOX = (123.295, 29.855, 123.302, 29.862)
EVENTS_IN_BOX: LiteralString = """
    select code from event
    where geom && st_makeenvelope(123.295, 29.855, 123.302, 29.862, 4490) order by code
"""
PENDING: LiteralString = """
    select code from event where state = 'pending' and reported_at >= '2025-06-01 00:00+08'
    order by code
"""
