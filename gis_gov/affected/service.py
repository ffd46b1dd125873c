"""What an outage or a closure affects: things in or near a shape by grid, and who works there."""

import asyncio
from collections import defaultdict
from typing import Any, Final

import numpy as np
import shapely
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.masks import mask_phone
from gis_gov.access.permissions import Permission
from gis_gov.access.sealing import Sealer
from gis_gov.affected.queries import (
    VULNERABLE_PERSONS,
    Edge,
    GridWorker,
    Ground,
    Sum,
    read_affected,
)
from gis_gov.counting import fences
from gis_gov.geo.reach import inner_and_outer
from gis_gov.geo.surroundings import Surroundings
from gis_gov.registry.service import counts_vulnerable

LAYERS: Final = ("addresses", "buildings", "dwellings", "persons", "enterprises")
COUNTED: Final = (*LAYERS, VULNERABLE_PERSONS)

Row = dict[str, Any]


async def find_affected(
    conn: AsyncConnection[Any], actor: Actor, sealer: Sealer, shape: BaseGeometry, radius_m: float
) -> Row:
    """Count what lies in a polygon (EPSG:4490) or within a radius of a shape, by grid and in all.

    It is told who works in the grids. Who may not read the things of a kind one by one, each with
    its place, is told none of their numbers: two polygons may differ by a single house.
    """
    layers = [layer for layer in LAYERS if fences.knows_each(actor, layer)]
    vulnerable = counts_vulnerable(actor)
    told = [*layers, *([VULNERABLE_PERSONS] if vulnerable else [])]
    ground = await asyncio.to_thread(_ground, shape, radius_m)
    found = await read_affected(conn, actor, ground, layers, vulnerable=vulnerable)
    counts: dict[int | None, dict[str, int]] = defaultdict(lambda: dict.fromkeys(told, 0))
    whole = dict.fromkeys(told, 0)
    for each in found.sums:
        counts[each.grid_id][each.layer] += each.count
        whole[each.layer] += each.count
    staff: dict[int, list[Row]] = defaultdict(list)
    for each in found.workers:
        staff[each.grid_id].append(_worker(actor, sealer, each))
    rows = [
        {
            "code": grid.code,
            "name": grid.name,
            "area": {"code": grid.area_code, "name": grid.area_name},
            "counts": _counts(counts[grid.id]),
            "workers": staff[grid.id],
        }
        for grid in found.grids
    ]
    if None in counts:
        outside = {"code": None, "name": None, "area": None, "workers": []}
        rows.append({**outside, "counts": _counts(counts[None])})
    return {
        "counts": _counts(whole),
        "withheld": [name for name in COUNTED if name not in told],
        "grids": rows,
        "as_of": found.moment,
    }


def _ground(shape: BaseGeometry, radius_m: float) -> Ground:
    wkb = shapely.to_wkb(shape)
    if not radius_m:
        return Ground(wkb, wkb)
    around = Surroundings(shape)
    inner, outer = inner_and_outer(shape, radius_m)

    def near(sums: list[Sum]) -> list[Sum]:
        lon = np.array([each.lon for each in sums], dtype=np.float64)
        lat = np.array([each.lat for each in sums], dtype=np.float64)
        places = np.flatnonzero(around.distance_m(lon, lat) <= radius_m)
        return [sums[place] for place in places.tolist()]

    return Ground(wkb, shapely.to_wkb(inner), Edge(shapely.to_wkb(outer), near))


def tells_of_persons(answer: Row) -> bool:
    """Say whether an answer tells of persons or workers, so that it has to be recorded."""
    return "persons" not in answer["withheld"] or any(grid["workers"] for grid in answer["grids"])


def _counts(known: dict[str, int]) -> dict[str, int | None]:
    return {name: known.get(name) for name in COUNTED}


def _worker(actor: Actor, sealer: Sealer, row: GridWorker) -> Row:
    phone = None if row.phone_sealed is None else sealer.open(row.phone_sealed, "worker.phone")
    if phone and not actor.reach(Permission.PLAIN_PHONE).holds(row.area_id, None):
        phone = mask_phone(phone)
    return {"code": row.code, "name": row.name, "role": row.role, "phone": phone}
