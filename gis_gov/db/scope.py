"""What a connection may see: the session settings that the row policies read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

APP_ROLE: Final = "gis_gov_app"
"""The role that the server works under: it owns nothing, and row policies hold for it."""

KINDS: Final = (
    "address",
    "house",
    "enterprise",
    "person",
    "resource",
    "face_camera",
    "event",
    "worker",
    "track",
    "count",
    "count_person",
    "count_event",
    "room",
    "place",
    "change",
    "address_write",
    "house_write",
    "enterprise_write",
    "resource_write",
    "event_write",
    "person_write",
    "worker_write",
    "grid_write",
    "area_write",
    "track_write",
    "fence_write",
    "shift_write",
    "rule_write",
)
"""What a reach is told for; `migrations/sql/0002_reach.sql` reads `gis_gov.reach_<kind>`.

No right of anybody's opens `change`: the log of changes is the server's own.
"""

_NAMES: Final = [f"gis_gov.reach_{kind}" for kind in KINDS]
_BIND: Final = """
    select set_config(s.name, s.value, false)
    from unnest(%s::text[], %s::text[]) as s (name, value)
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """The reach for each of KINDS, as JSON text; an empty text reaches nothing."""

    values: tuple[str, ...]


def scope_of(reaches: Mapping[str, Mapping[str, Any]]) -> Scope:
    """Make the scope of the reaches by kind; a kind that is not named reaches nothing."""
    return Scope(
        tuple(
            json.dumps(reaches[kind], separators=(",", ":")) if kind in reaches else ""
            for kind in KINDS
        )
    )


NOTHING: Final = scope_of({})
SYSTEM: Final = scope_of({kind: {"all": True} for kind in KINDS})
"""For the server's own work, which is nobody's question."""


async def bind(conn: AsyncConnection[Any], scope: Scope) -> None:
    """Let `conn` see what `scope` reaches, until it is bound anew."""
    await conn.execute(_BIND, [_NAMES, list(scope.values)])
