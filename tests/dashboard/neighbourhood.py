"""A neighbourhood to look at: two communities, four grids, a school's exclusive grid, resources."""

from dataclasses import dataclass

import psycopg

WEST, SOUTH, SIDE = 113.35, 22.94, 0.01
STATES = ("pending", "accepted", "handling", "verifying", "closed", "rejected", "suspended")


@dataclass(frozen=True)
class Thing:
    """A resource or worker: its code, kind, name and place."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float


THINGS = (
    Thing("C1", "camera", "桥南路口", 113.3560, 22.9452),
    Thing("C2", "camera", "学校南门", 113.3585, 22.9467),
    Thing("C3", "camera", "东湖路口", 113.3662, 22.9555),
    Thing("Z1", "centre", "清河综治中心", 113.3535, 22.9478),
    Thing("O1", "poi", "清河中学", 113.3590, 22.9490),
    Thing("O2", "poi", "A & B <超市>", 113.3548, 22.9431),
    Thing("W1", "worker", "张某", 113.3552, 22.9447),
    Thing("W2", "worker", "李某", 113.3680, 22.9580),
)
GRIDS = {
    "4401990010011001": "桥南第一网格",
    "4401990010011002": "桥南第二网格",
    "4401990010021001": "东湖第一网格",
    "4401990010021002": "东湖第二网格",
    "4401990010012001": "清河中学专属网格",
}


def write_neighbourhood(url: str) -> None:
    """Write it into an empty, migrated database."""
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.execute("""
            insert into area (code, name, level, parent_id, geom) values
            ('440199000000', '示范区', 'district', null,
             st_multi(st_makeenvelope(113.35, 22.94, 113.37, 22.96, 4490))),
            ('440199001000', '清河街道', 'street', 1,
             st_multi(st_makeenvelope(113.35, 22.94, 113.37, 22.96, 4490))),
            ('440199001001', '桥南社区', 'community', 2,
             st_multi(st_makeenvelope(113.35, 22.94, 113.36, 22.96, 4490))),
            ('440199001002', '东湖社区', 'community', 2,
             st_multi(st_makeenvelope(113.36, 22.94, 113.37, 22.96, 4490)))
        """)
        cursor.executemany(
            """
            insert into grid (code, name, area_id, layer, households, geom)
            values (%s, %s, %s, %s, %s, st_multi(st_makeenvelope(%s, %s, %s, %s, 4490)))
            """,
            [(code, GRIDS[code], *rest) for code, *rest in _grids()],
        )
        cursor.executemany(
            """
            insert into resource (code, kind, name, owner, azimuth_deg, geom)
            values (%s, %s, %s, '公安', 90, st_point(%s, %s, 4490))
            """,
            [(t.code, t.kind, t.name, t.lon, t.lat) for t in THINGS if t.kind != "worker"],
        )
        for worker in (thing for thing in THINGS if thing.kind == "worker"):
            cursor.execute(
                """
                with w as (insert into worker (code, name) values (%s, %s) returning id)
                insert into position (device, time, worker_id, geom)
                select %s, now(), w.id, st_point(%s, %s, 4490) from w
                """,
                [worker.code, worker.name, worker.code, worker.lon, worker.lat],
            )
        cursor.executemany(
            """
            insert into event (code, title, state, level, reported_at, geom)
            values (%s, '井盖破损', %s, 'grid', '2026-03-01T08:00+08:00', st_point(%s, %s, 4490))
            """,
            [(f"E{n}", state, 113.3515 + n * 0.001, 22.9415) for n, state in enumerate(STATES)],
        )
        cursor.execute("""
            with a as (
                insert into address (code, full_text, geom)
                values ('A1', '清河路1号', st_point(113.357, 22.944, 4490)) returning id, geom
            )
            insert into house (code, name, kind, address_id, floors, geom)
            select 'H1', '1幢', 'building', a.id, 6, st_multi(st_expand(a.geom, 0.0003)) from a
        """)
        cursor.execute("""
            insert into person (code, name, person_class, address_id)
            select 'P' || p.n, '居民', p.class, a.id
            from address as a,
                unnest(array['service', 'service', 'other']) with ordinality as p (class, n)
            where a.code = 'A1'
        """)


def _grids() -> list[tuple[str, int, str, int, float, float, float, float]]:
    """Return code, area, layer, households, west, south, east, north of each grid."""
    cells = [
        (
            f"44019900100{column + 1}100{2 - row}",
            column + 3,
            "base",
            400,
            WEST + column * SIDE,
            SOUTH + row * SIDE,
            WEST + (column + 1) * SIDE,
            SOUTH + (row + 1) * SIDE,
        )
        for column in (0, 1)
        for row in (0, 1)
    ]
    school = ("4401990010012001", 3, "exclusive", 0, 113.357, 22.946, 113.3595, 22.9495)
    return [*cells, school]
