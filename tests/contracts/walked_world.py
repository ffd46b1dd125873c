"""The tiling with what requests.py asks for in it: somebody to sign in, and a worker who walked."""

import psycopg

from tests.accounts.people import PASSWORD, hashed
from tests.counting.tiling import World, write_world

_CLERK = """
    with clerk as (
        insert into account (name, password_hash, password_set_at) values ('clerk', %s, now())
        returning id
    ), granted as (
        insert into role_grant (id, account_id, role)
        select 900001, id, 'weather_officer' from clerk
    )
    insert into api_key (id, name, token_hash, expires_at)
    values (900001, 'k', sha256('k'), now() + interval '1 day')
"""
_WATCHED_AND_WALKED = """
    update resource set range_m = 300 where kind = 'camera';
    insert into position (device, time, worker_id, geom)
    select 'T' || l.worker_id, now() - s.steps * interval '1 minute', l.worker_id,
        st_translate(l.geom, s.steps * 0.0003, 0)
    from last_position as l cross join generate_series(1, 2) as s (steps);
    insert into patrol (code, worker_id, day, is_detected, is_open, begins_at, ends_at)
    select 'w0-1', id, '2026-01-05', false, false, '2026-01-05 08:00+08', '2026-01-05 09:00+08'
    from worker where code = 'w0';
    insert into fence (code, name, of_grid_id)
    select 'f' || n, 'f', (select min(id) from grid) from generate_series(0, 1) as n;
    insert into alarm (id, kind, worker_id, since, last_at)
    select 900001, 'sos', id, '2026-01-05 08:00+08', '2026-01-05 08:00+08'
    from worker where code = 'w0';
    insert into patrol_rule (
        id, code, version, name, area_id, object_kind, cadence, radius_m, valid_from, valid_to
    )
    select u.id, u.code, 1, 'x', a.id, 'points', 'month', 50, '2026-01-01', u.valid_to
    from area as a
    cross join (values (1, 'u0', null), (2, 'u2', '2026-01-31'::date)) as u (id, code, valid_to)
    where a.code = '440199001001';
    insert into patrol_task (
        id, rule_id, object_id, area_id, number, begins_on, ends_on, begins_at, due_at
    )
    select
        900001, r.id, 0, r.area_id, 1, '2026-01-01', '2026-01-31', '2026-01-01 00:00+08',
        '2026-02-01 00:00+08'
    from patrol_rule as r where r.code = 'u2';
    select setval(pg_get_serial_sequence('patrol_rule', 'id'), 100);
"""


def write_walked_world(url: str) -> World:
    """Write it into an empty, migrated database."""
    made = write_world(url, 3)
    with psycopg.connect(url) as conn:
        conn.execute(_CLERK, [hashed(PASSWORD)])
        conn.execute(_WATCHED_AND_WALKED)
    return made
