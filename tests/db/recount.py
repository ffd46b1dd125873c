"""What must hold of places and tallies whoever wrote, computed apart from the triggers."""

from typing import Any, Final, LiteralString

import psycopg
import shapely
from psycopg import sql
from shapely import Geometry

_RECOUNT = """
with thing (layer, grid_id, area_id, cell, geom) as (
    select
        case
            when valid_to is not null then 'retired_addresses'
            when known_level < 60 then 'public_addresses'
            else 'room_addresses'
        end, grid_id, area_id, cell, geom from address
    union all
    select
        case
            when kind <> 'camera' then kind || 's'
            when class in ('face', '人脸') then 'face_cameras'
            else 'plain_cameras'
        end, grid_id, area_id, cell, geom from resource
    union all
    select 'events', grid_id, area_id, cell, geom from event
    union all
    select l.layer, a.grid_id, a.area_id, a.cell, a.geom
    from person as p left join address as a on a.id = p.address_id
    cross join lateral (values ('persons'), ('persons_' || p.person_class)) as l (layer)
    union all
    select h.kind || 's', a.grid_id, a.area_id, a.cell, a.geom
    from house as h left join address as a on a.id = h.address_id
    union all
    select 'enterprises', a.grid_id, a.area_id, a.cell, a.geom
    from enterprise as e left join address as a on a.id = e.address_id
), recounted as (
    select
        layer, coalesce(grid_id, 0) as grid_id, coalesce(area_id, 0) as area_id,
        {cell} as cell, count(*), min(st_x(geom)) as west, min(st_y(geom)) as south,
        max(st_x(geom)) as east, max(st_y(geom)) as north
    from thing group by 1, 2, 3, 4
)
select layer, grid_id, area_id, cell, r.count, t.count
from recounted as r
full join (select * from {counts} where count <> 0) as t using (layer, grid_id, area_id, cell)
where
    r.count is distinct from t.count
    or (r.west is not null and t.west is null)
    or t.west > r.west or t.south > r.south or t.east < r.east or t.north < r.north
"""

_CONTENT = """
select layer, grid_id, area_id, cell, f.content, t.content
from (
    select
        layer, grid_id, area_id, cell_parent(cell, 9) as cell,
        bit_xor(hash_record_extended(row(grid_id, area_id, cell, count), 0)) as content
    from tally where count > 0 group by 1, 2, 3, 4
) as f
full join (select * from coarse_tally where count <> 0) as t using (layer, grid_id, area_id, cell)
where f.content is distinct from t.content
"""

_EVENTS = """
with recounted as (
    select
        concat_ws('/', {of_class} state, coalesce(level, '')) as kind,
        coalesce(grid_id, 0) as grid_id, coalesce(area_id, 0) as area_id,
        coalesce(cell_parent(cell, {resolution}), 0) as cell,
        count(*), min(st_x(geom)) as west, min(st_y(geom)) as south,
        max(st_x(geom)) as east, max(st_y(geom)) as north
    from event group by 1, 2, 3, 4
), kept as (
    select *, concat_ws('/', {of_class} state, level) as kind from {counts} where count <> 0
)
select kind, grid_id, area_id, cell, r.count, t.count
from recounted as r
full join kept as t using (kind, grid_id, area_id, cell)
where
    r.count is distinct from t.count
    or (r.west is not null and t.west is null)
    or t.west > r.west or t.south > r.south or t.east < r.east or t.north < r.north
"""
_OF_EVENTS: Final[dict[str, dict[str, LiteralString]]] = {
    "event_tally": {"of_class": "", "resolution": "11"},
    "coarse_event_tally": {"of_class": "", "resolution": "9"},
    "event_class_tally": {"of_class": "coalesce(class_id, 0),", "resolution": "9"},
}

_TALLIES: Final[dict[str, LiteralString]] = {
    "tally": "coalesce(cell, 0)",
    "coarse_tally": "cell_parent(coalesce(cell, 0), 9)",
}

_ELSEWHERE_THAN_THE_ADDRESS = """
select t.kind, t.id, t.grid_id, t.area_id, a.grid_id, a.area_id
from (
    select 'person' as kind, id, address_id, grid_id, area_id from person
    union all select 'house', id, address_id, grid_id, area_id from house
    union all select 'enterprise', id, address_id, grid_id, area_id from enterprise
) as t left join address as a on a.id = t.address_id
where (t.grid_id, t.area_id) is distinct from (a.grid_id, a.area_id)
"""

Place = tuple[int | None, int | None]


def tally_faults(conn: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of all tallies that differ from a recount, or whose box misses a point.

    Also those of the coarse one whose fingerprint is not that of its fine rows.
    """
    recounted = [
        fault
        for counts, cell in _TALLIES.items()
        for fault in conn.execute(
            sql.SQL(_RECOUNT).format(counts=sql.Identifier(counts), cell=sql.SQL(cell))
        )
    ]
    of_events = [
        fault
        for counts, told in _OF_EVENTS.items()
        for fault in conn.execute(
            sql.SQL(_EVENTS).format(
                counts=sql.Identifier(counts),
                **{name: sql.SQL(text) for name, text in told.items()},
            )
        )
    ]
    return recounted + of_events + conn.execute(_CONTENT).fetchall()


def place_faults(conn: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Return the rows whose grid or area is not what shapely finds for their point.

    Things that an address places must have the address's.
    """
    boundaries = Boundaries(conn)
    elsewhere = conn.execute(_ELSEWHERE_THAN_THE_ADDRESS).fetchall()
    rows = conn.execute("""
        select 'address', id, st_asbinary(geom), grid_id, area_id from address
        union all select 'resource', id, st_asbinary(geom), grid_id, area_id from resource
        union all
        select 'last_position', worker_id, st_asbinary(geom), grid_id, area_id from last_position
    """).fetchall()
    return elsewhere + [
        (table, key, found, wanted)
        for table, key, wkb, *found in rows
        if tuple(found) != (wanted := boundaries.place(shapely.from_wkb(wkb)))
    ]


class Boundaries:
    """The current grids and areas of a database, searched one by one."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        grids = conn.execute("""
            select layer <> 'base', code, id, area_id, st_asbinary(geom) from grid
            where valid_to is null and layer in ('base', 'exclusive')
        """).fetchall()
        areas = conn.execute("""
            select -level_rank, code, id, st_asbinary(geom) from area
            where valid_to is null and geom is not null
        """).fetchall()
        self._grids = [(*row, shapely.from_wkb(wkb)) for *row, wkb in sorted(grids)]
        self._areas = [(*row, shapely.from_wkb(wkb)) for *row, wkb in sorted(areas)]

    def place(self, point: Geometry | None) -> Place:
        """Return grid and area of a point: the first grid that covers it, else the first area."""
        if point is None:
            return None, None
        for *_, grid_id, area_id, shape in self._grids:
            if shapely.covers(shape, point):
                return grid_id, area_id
        for *_, area_id, shape in self._areas:
            if shapely.covers(shape, point):
                return None, area_id
        return None, None
