"""What each collection holds for a reader, as the database says under his role."""

from typing import LiteralString

AREAS: LiteralString = "select code from area where valid_to is null order by code"
GRIDS: LiteralString = "select code from grid where valid_to is null order by code"
PERSONS: LiteralString = "select code from person order by code"
EVENTS: LiteralString = "select code from event order by code"
CODES: dict[str, LiteralString] = {
    "areas": AREAS,
    "grids": GRIDS,
    "persons": PERSONS,
    "events": EVENTS,
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
