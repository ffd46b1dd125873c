"""A district of one street, one community and four grids around a common corner."""

from dataclasses import dataclass
from itertools import product

import h3
import numpy as np
import psycopg

WEST, SOUTH, SIDE = 113.30, 22.94, 0.01


@dataclass(frozen=True)
class World:
    """What was written: the URL of its database, and the points of each kind, lon and lat."""

    url: str
    addresses: np.ndarray
    events: np.ndarray


def write_world(url: str) -> World:
    """Write the district into an empty, migrated database."""
    random = np.random.default_rng(7)
    addresses = np.round(random.uniform((WEST, SOUTH), (WEST + 0.02, SOUTH + 0.02), (400, 2)), 7)
    events = np.round(random.uniform((WEST, SOUTH), (WEST + 0.03, SOUTH + 0.02), (300, 2)), 7)
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        _write_ground(cursor)
        _write_points(cursor, addresses, events)
        _write_things(cursor)
    return World(url, addresses, events)


def _write_ground(cursor: psycopg.Cursor) -> None:
    cursor.execute("""
        insert into area (code, name, level, parent_id, geom) values
        ('440199000000', '测试区', 'district', null, null),
        ('440199001000', '测试街道', 'street', 1, null),
        ('440199001001', '测试社区', 'community', 2,
         st_multi(st_makeenvelope(113.30, 22.94, 113.32, 22.96, 4490)))
    """)
    cursor.executemany(
        """
        insert into grid (code, name, area_id, households, geom) values (%s, %s, 3, 400,
        st_multi(st_makeenvelope(%s, %s, %s, %s, 4490)))
        """,
        [
            (f"44019900100110{n + 1:02}", f"第{n + 1}网格", *_square(i, j))
            for n, (j, i) in enumerate(product((1, 0), (0, 1)))
        ],
    )


def _square(column: int, row: int) -> tuple[float, float, float, float]:
    """Return a grid's west, south, east and north, as round as they are told to readers."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return round(west, 7), round(south, 7), round(west + SIDE, 7), round(south + SIDE, 7)


def _write_points(cursor: psycopg.Cursor, addresses: np.ndarray, events: np.ndarray) -> None:
    cursor.executemany(
        """
        insert into address (code, full_text, geom, cell)
        values (%s, %s, st_point(%s, %s, 4490), %s)
        """,
        [
            (f"A{n}", f"测试路{n}号", lon, lat, h3.str_to_int(h3.latlng_to_cell(lat, lon, 12)))
            for n, (lon, lat) in enumerate(addresses.tolist())
        ],
    )
    cursor.executemany(
        """
        insert into event (code, reported_at, geom, cell, title, class_id)
        values (%s, '2026-03-01T08:00+08:00', st_point(%s, %s, 4490), %s, '井盖',
        (select id from event_class where code = '0401'))
        """,
        [
            (f"E{n}", lon, lat, h3.str_to_int(h3.latlng_to_cell(lat, lon, 12)))
            for n, (lon, lat) in enumerate(events.tolist())
        ],
    )


def _write_things(cursor: psycopg.Cursor) -> None:
    cursor.execute("""
        insert into person (code, name, address_id)
        select 'P' || n, '某', 1 + n % 100 from generate_series(1, 250) as n;
        insert into house (code, name, kind, address_id, geom)
        select 'H1', '1幢', 'building', 1, st_multi(st_buffer(a.geom, 0.0002))
        from address as a where a.id = 1;
        insert into house (code, kind, parent_id, address_id) values
        ('H1-101', 'dwelling', 1, 1), ('H1-102', 'dwelling', 1, 1);
        insert into enterprise (code, name, address_id) values ('F1', '某公司', 5);
        insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom)
        values
        ('C1', 'camera', '路口', 90, 60, 300, st_point(113.305, 22.945, 4490)),
        ('Z1', 'centre', '综治中心', null, null, null, st_point(113.306, 22.946, 4490)),
        ('O1', 'poi', '学校', null, null, null, st_point(113.307, 22.947, 4490));
        update resource set cell = (select cell from address where code = 'A1');
        insert into worker (code, name) values ('W1', '张某');
        insert into position (device, time, worker_id, geom)
        values ('D1', now(), 1, st_point(113.31, 22.95, 4490)),
        ('D1', now() - interval '1 minute', 1, st_point(113.309, 22.95, 4490));
    """)
