"""Where vulnerable persons live: by hexagon, as it is kept, and place by place.

The kept counts of a class of persons are those of its rows, by the grid and area of the address: so
the same rights pick of both.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.filters import extent_parameters
from gis_gov.access.permissions import Permission
from gis_gov.access.reach import NOWHERE
from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.geo.bbox import BBox
from gis_gov.registry.tables import VULNERABLE_CLASS
from gis_gov.resources.kept_grids import cell_size_deg

ROW: Final = np.dtype(
    [
        ("cell", ">i8"),
        ("persons", ">i8"),
        ("west", ">f8"),
        ("south", ">f8"),
        ("east", ">f8"),
        ("north", ">f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class KeptCounts:
    """Vulnerable persons by hexagon and the box that they live in, as it was at a moment.

    `rows` has the columns `cell`, `persons`, `west`, `south`, `east`, `north`; a hexagon has a row
    for each grid in it. Who lives where no hexagon is known yet is in none.
    """

    rows: NDArray[Any]
    moment: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """A place (EPSG:4490), and how many persons live there."""

    lon: float
    lat: float
    persons: int


async def read_kept_counts(conn: AsyncConnection[Any], actor: Actor, box: BBox) -> KeptCounts:
    """Return the vulnerable persons whom somebody may read in the hexagons that meet a box."""
    asked = kept_parameters(actor, box)
    query = sql_file(__package__, "vulnerable_cells")
    ((packed, moment),) = await tuples(conn, query, asked, binary=True)
    return KeptCounts(np.frombuffer(packed, dtype=ROW), moment)


def kept_parameters(actor: Actor, box: BBox) -> dict[str, object]:
    """Make the parameters of vulnerable_cells.sql."""
    width, height = cell_size_deg(box)
    return {
        "layer": f"persons_{VULNERABLE_CLASS}",
        **asdict(box),
        "width": width,
        "height": height,
        **_rights(actor),
    }


async def read_homes(
    conn: AsyncConnection[Any], actor: Actor, cells: Sequence[int], box: BBox, limit: int
) -> list[Home]:
    """Return where vulnerable persons live whom somebody may read: in some hexagons.

    Where no hexagon is known yet they are told, too, if the place is in a box. At most `limit`
    places are told.
    """
    asked = homes_parameters(actor, cells, box, limit)
    return await rows_of(conn, Home, sql_file(__package__, "vulnerable_homes"), asked)


def homes_parameters(
    actor: Actor, cells: Sequence[int], box: BBox, limit: int
) -> dict[str, object]:
    """Make the parameters of vulnerable_homes.sql."""
    return {
        "cells": list(cells),
        **asdict(box),
        "person_class": VULNERABLE_CLASS,
        "most": limit,
        **_rights(actor),
    }


def _rights(actor: Actor) -> dict[str, object]:
    """Return where somebody may read vulnerable persons, and where addresses."""
    persons = actor.reach(Permission.PERSON_READ)
    of_class = persons.any | persons.of.get(VULNERABLE_CLASS, NOWHERE)
    return {
        **extent_parameters(of_class, "person_"),
        **extent_parameters(actor.reach(Permission.ADDRESS_READ).any, "address_"),
    }
