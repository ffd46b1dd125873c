insert into patrol_judgement as j (
    patrol_id, rule_id, object_id, is_enough, is_alternate, duration_s, valid_mileage_m, coverage,
    reasons, points, missed
)
values (
    %(patrol_id)s, %(rule_id)s, %(object_id)s, %(is_enough)s, %(is_alternate)s, %(duration_s)s,
    %(valid_mileage_m)s, %(coverage)s, %(reasons)s::jsonb, %(points)s::jsonb,
    st_multi(st_geomfromwkb(%(missed)s, 4490))
)
on conflict (patrol_id, rule_id, object_id) do update
set
    is_enough = excluded.is_enough,
    is_alternate = excluded.is_alternate,
    duration_s = excluded.duration_s,
    valid_mileage_m = excluded.valid_mileage_m,
    coverage = excluded.coverage,
    reasons = excluded.reasons,
    points = excluded.points,
    missed = excluded.missed,
    version = j.version + 1,
    judged_at = now()
where (
    j.is_enough, j.is_alternate, j.duration_s, j.valid_mileage_m, j.coverage, j.reasons, j.points,
    st_asbinary(j.missed)
)
is distinct from
(
    excluded.is_enough, excluded.is_alternate, excluded.duration_s, excluded.valid_mileage_m,
    excluded.coverage, excluded.reasons, excluded.points, st_asbinary(excluded.missed)
)
