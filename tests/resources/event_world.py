"""An event amid workers, cameras, firms, centres, shops and homes, each at a known place."""

from datetime import timedelta
from typing import Any

import psycopg

from gis_gov.geo.measure import GEOD

HERE = (113.315, 22.955)
DAYS_OLD = timedelta(days=3)
WORLD = """
    insert into area (id, code, name, level, parent_id, geom) values
    (1, '440199000000', '测试区', 'district', null, null),
    (2, '440199001000', '东街道', 'street', 1, null),
    (3, '440199001001', '东社区', 'community', 2,
     st_multi(st_makeenvelope(113.31, 22.95, 113.32, 22.96, 4490))),
    (4, '440199001002', '西社区', 'community', 2,
     st_multi(st_makeenvelope(113.30, 22.95, 113.31, 22.96, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '101', name || '网格', id, geom from area where id > 2;
    insert into worker (id, code, name, area_id) values
    (1, 'W1', '陈一', 3), (2, 'W2', '林二', 3), (3, 'W3', '走了', 3), (4, 'W4', '越界', 4),
    (5, 'W5', '歇了', 3), (6, 'W6', '西边', 4);
    insert into grid_worker (grid_id, worker_id, role, valid_from, valid_to) values
    (3, 1, 'worker', '2024-01-01', null), (3, 2, 'chief', '2024-01-01', null),
    (3, 3, 'worker', '2020-01-01', '2021-01-01'), (4, 2, 'worker', '2024-01-01', null),
    (4, 4, 'worker', '2024-01-01', null);
    insert into shift (worker_id, kind, day, begins, ends) values
    (5, 'leave', local_today(), '00:00', '00:00'),
    (5, 'leave', local_today() + 1, '00:00', '00:00');
    insert into event (code, title, state, department, reported_at, geom) values
    ('V1', '占道', 'pending', '城管', now(), st_point(113.315, 22.955, 4490)),
    ('V2', '远处', 'pending', '城管', now(), st_point(113.305, 22.955, 4490)),
    ('V3', '何处', 'pending', '城管', now(), null),
    ('V4', '极北', 'pending', '城管', now(), st_point(113.315, 85, 4490));
    insert into account (name, password_hash, password_set_at, worker_id)
    values ('w5', 'x', now(), 5);
"""
# code, bearing and metres from the event, seconds since each of the fixes
WORKERS: list[tuple[str, float, float, tuple[int, ...]]] = [
    ("W1", 45, 200, (20,)),
    ("W2", 90, 400, (2000, 20)),
    ("W3", 0, 30, (int(DAYS_OLD.total_seconds()),)),
    ("W4", 90, 50, (20,)),
    ("W5", 0, 10, (20,)),
    ("W6", 270, 900, (20,)),
]
# code, bearing and metres from the event, direction, field of view, range, whether it sees it
CAMERAS: list[tuple[str, float, float, float | None, float | None, float | None, bool | None]] = [
    ("there", 0, 50, 180, 60, 80, True),
    ("away", 0, 50, 0, 60, 80, False),
    ("edge", 90, 50, 295, 50.2, 80, True),
    ("beyond the edge", 90, 50, 296, 50, 80, False),
    ("too far", 0, 90, 180, 60, 80, False),
    ("at its range", 45, 80, 225, 10, 80.001, True),
    ("all around", 200, 30, 10, 360, 80, True),
    ("turns", 200, 30, None, None, 80, True),
    ("unknown", 200, 30, 20, 60, None, None),
    ("over north", 180, 40, 350, 40, 80, True),
    ("eleventh", 10, 95, 190, 60, 200, True),
    ("tower", 135, 3000, 315, 20, 5000, True),
    ("tower that looks away", 135, 3000, 135, 20, 5000, False),
    ("tower that is too far", 135, 6000, 315, 20, 5000, False),
]
NEAR_CAMERAS = [camera for camera in CAMERAS if camera[2] < 1000]
SEEING = [code for code, *_, sees in CAMERAS if sees]
SITES = [
    ("centre", "Z1", 180, 250.0),
    ("centre", "Z2", 180, 1800.0),
    *(("poi", f"P{number:02}", 6.0 * number, 5.0 + number) for number in range(60)),
]
# code, risk class, bearing and metres from the event
FIRMS = [
    ("E1", "重大风险", 10, 300),
    ("E2", "低风险", 20, 100),
    ("E3", "较大风险", 30, 1200),
    ("E4", None, 40, 50),
    ("E5", "较大风险", 50, 700),
]
# metres from the event, vulnerable persons, others
HOMES = [(100, 3, 1), (600, 2, 2), (1500, 1, 0)]


def there(bearing: float, metres: float) -> tuple[float, float]:
    """Return the place in a direction from the event, and so far from it."""
    lon, lat, _ = GEOD.fwd(*HERE, bearing, metres)
    return lon, lat


def write_event_world(url: str) -> None:
    """Write all of it."""
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.execute(WORLD)
        for code, bearing, metres, ages in WORKERS:
            for age in ages:
                cursor.execute(
                    "insert into position (device, time, worker_id, geom)"
                    " select 'd' || id, now() - make_interval(secs => %s), id,"
                    " st_point(%s, %s, 4490) from worker where code = %s",
                    [age, *there(bearing, metres), code],
                )
        cursor.executemany(
            "insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom)"
            " values (%s, 'camera', '像', %s, %s, %s, st_point(%s, %s, 4490))",
            [
                (code, azimuth, field, reach, *there(bearing, metres))
                for code, bearing, metres, azimuth, field, reach, _ in CAMERAS
            ],
        )
        cursor.executemany(
            "insert into resource (code, kind, name, class, geom)"
            " values (%s, %s, '所', %s, st_point(%s, %s, 4490))",
            [
                (code, kind, "shop" if kind == "poi" else None, *there(bearing, metres))
                for kind, code, bearing, metres in SITES
            ],
        )
        for number, (code, risk, bearing, metres) in enumerate(FIRMS):
            _address(cursor, 100 + number, *there(bearing, metres))
            cursor.execute(
                "insert into enterprise"
                " (code, name, category, risk_class, contact_name, address_id)"
                " values (%s, '厂', '化工', %s, '王某', %s)",
                [code, risk, 100 + number],
            )
        for number, (metres, vulnerable, others) in enumerate(HOMES):
            _address(cursor, 200 + number, *there(300, metres))
            cursor.execute(
                "insert into person (code, name, person_class, address_id)"
                " select 'H' || %(at)s || '-' || n, '人',"
                " case when n <= %(few)s then 'service' else 'other' end, %(at)s"
                " from generate_series(1, %(all)s) as n",
                {"at": 200 + number, "few": vulnerable, "all": vulnerable + others},
            )


def _address(cursor: psycopg.Cursor[Any], number: int, lon: float, lat: float) -> None:
    cursor.execute(
        "insert into address (id, code, full_text, level, geom)"
        " values (%s, 'A' || %s, '路' || %s || '号', 50, st_point(%s, %s, 4490))",
        [number, number, number, lon, lat],
    )
