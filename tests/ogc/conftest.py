"""The two communities of the registry's tests, with cameras, workers and events in them."""

import psycopg
import pytest

from tests.registry.conftest import running, signed_in, write_people
from tests.sealed import SEALER

__all__ = ["running", "signed_in"]

PHONE = "13800138000"
THINGS = """
    insert into resource (code, kind, name, class, azimuth_deg, geom) values
    ('C1', 'camera', '东路口', 'bullet', 90, st_point(113.15, 22.05, 4490)),
    ('C2', 'camera', '东门', 'face', null, st_point(113.16, 22.05, 4490)),
    ('C3', 'camera', '西路口', null, null, st_point(113.05, 22.05, 4490)),
    ('G1', 'centre', '东社区综治中心', null, null, st_point(113.15, 22.06, 4490)),
    ('O1', 'poi', '东市场', 'market', null, st_point(113.1, 22.05, 4490));
    insert into worker (id, code, name, kind, area_id) values
    (1, 'W1', '陈一', 'full-time', 2), (2, 'W2', '林二', null, 3);
    insert into position (device, time, worker_id, geom) values
    ('d1', '2026-01-05 09:00+08', 1, st_point(113.151, 22.051, 4490)),
    ('d2', '2026-01-05 09:05+08', 2, st_point(113.05, 22.05, 4490));
    insert into patrol (
        code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id, fixes,
        mileage_m, valid_mileage_m, duration_s, own_grid_share, computed_at, geom
    ) values
    ('W1-1', 1, '2026-01-06', false, false, '2026-01-06 08:00+08', '2026-01-06 09:00+08', 2, 360,
     3100.5, 2900.25, 3600, 0.75, '2026-01-06 09:01+08',
     'srid=4490;multilinestring((113.15 22.05, 113.16 22.06), (113.16 22.07, 113.17 22.07))'),
    ('W2-1', 2, '2026-01-07', false, false, '2026-01-07 08:00+08', null, 3, 0, 0, 0, 0, null,
     '2026-01-07 09:01+08',
     'srid=4490;multilinestring empty');
    insert into event (code, title, state, department, reported_at, closed_at, address_text, geom)
    values
    ('V1', '占道', 'closed', '城管', '2026-01-01 08:00+08', '2026-01-02 08:00+08',
     '东路1号2幢301室', st_point(113.15, 22.05, 4490)),
    ('V2', '积水', 'pending', '水务', '2026-01-31 23:59+08', null,
     '东路1号', st_point(113.15, 22.05, 4490)),
    ('V3', '噪声', 'pending', '城管', '2026-02-01 00:00+08', null,
     null, st_point(113.05, 22.05, 4490));
    insert into grid (id, code, name, area_id, geom, valid_from, valid_to) values
    (9, '440199001001999', '旧网格', 2, st_multi(st_makeenvelope(113.1, 22, 113.15, 22.1, 4490)),
     '2020-01-01', '2025-06-30');
"""


def write_things(url: str) -> None:
    write_people(url)
    with psycopg.connect(url) as conn:
        conn.execute(THINGS)
        conn.execute(
            "update worker set phone_sealed = %s where code = 'W1'",
            [SEALER.seal(PHONE, "worker.phone")],
        )


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_things(own_database_url)
    return own_database_url
