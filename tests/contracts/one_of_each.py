"""A row of each table that others break the constraints of, and what these rows refer to."""

from typing import LiteralString

WORLD: LiteralString = """
    insert into area (id, code, name, level, parent_id) values
    (501, 'A1', 'a', 'street', null), (502, 'A2', 'a', 'community', 501);
    insert into area_successor values (501, 'A9');
    insert into grid (id, code, name, area_id, parent_id, geom)
    select id, code, 'g', 502, parent_id, st_multi(st_makeenvelope(0, 0, 1, 1, 4490))
    from (values (501, 'G1', null), (502, 'G2', null), (503, 'G3', 501)) as g (id, code, parent_id);
    insert into grid_lineage values (501, 502, 'split');
    insert into address (id, code, full_text) values (501, 'D1', 'd');
    insert into house (id, code, address_id) values (501, 'H1', 501);
    insert into person (id, code, name, id_number_digest, house_id)
    values (501, 'P1', 'p', '1', 501);
    insert into enterprise (id, code, name) values (501, 'E1', 'e');
    insert into resource (id, code, kind, name) values (501, 'R1', 'poi', 'r');
    insert into worker (id, code, name, area_id) values (501, 'W1', 'w', 502);
    insert into grid_worker (id, grid_id, worker_id, valid_from)
    values (501, 501, 501, '2026-01-01');
    insert into account (id, name, worker_id, oidc_issuer, oidc_subject) values
    (501, 'a1', 501, 'https://id.test', '1'), (502, 'a2', null, null, null);
    insert into api_key (id, name, token_hash, account_id, expires_at) values
    (501, 'k1', decode(repeat('01', 32), 'hex'), 501, now() + interval '1 day'),
    (502, 'k2', decode(repeat('02', 32), 'hex'), null, now() + interval '1 day');
    insert into role_grant (id, account_id, key_id, role, area_id, grid_id, granted_by) values
    (501, 501, null, 'analyst', 502, null, 502), (502, null, 501, 'analyst', null, 501, null);
    insert into session (id, token_hash, account_id, ends_at) values
    (501, decode(repeat('01', 32), 'hex'), 501, now() + interval '1 day'),
    (502, decode(repeat('02', 32), 'hex'), 501, now() + interval '1 day');
    insert into event (id, code, reported_at) values (501, 'V1', '2026-01-02');
    insert into device (code, kind, mode, terminal)
    values ('T1', 'terminal', 'car', '013800138000');
    insert into patrol (code, worker_id, day, is_detected, is_open, begins_at, ends_at) values
    ('W1-1', 501, '2026-01-01', true, false, '2026-01-01 08:00+08', '2026-01-01 09:00+08');
    insert into shift (worker_id, kind, weekdays, begins, ends, valid_from)
    values (501, 'duty', '{1}', '08:00', '17:00', '2026-01-01');
    insert into patrol_rule (
        id, code, version, name, area_id, object_kind, cadence, radius_m, valid_from
    ) values (501, 'U1', 1, 'u', 501, 'points', 'day', 50, '2026-01-01');
    insert into patrol_rule_point (rule_id, number, radius_m, geom)
    values (501, 1, 50, st_point(0, 0, 4490));
    insert into patrol_task (
        rule_id, object_id, area_id, number, begins_on, ends_on, begins_at, due_at
    ) values (
        501, 0, 501, 1, '2026-01-01', '2026-01-01', '2026-01-01 00:00+08', '2026-01-02 00:00+08'
    );
    select position_days(array['2026-01-01']::date[]);
    insert into position (device, time, worker_id, geom) values
    ('d', '2026-01-01T12:00+08', 501, st_point(0, 0, 4490));
    insert into fence (code, name, geom) values
    ('F1', 'f', st_makeenvelope(0, 0, 1, 1, 4490));
"""
