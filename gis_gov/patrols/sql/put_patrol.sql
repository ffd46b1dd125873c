insert into patrol as p (
    code, worker_id, day, kind, is_detected, is_open, begins_at, ends_at, area_id, fixes, rejected,
    mileage_m, valid_mileage_m, duration_s, stay_s, gap_s, own_grid_share, stays, gaps, geom
)
values (
    %(code)s, %(worker_id)s, %(day)s, %(kind)s, %(is_detected)s, %(is_open)s,
    to_timestamp(%(begins_s)s), to_timestamp(%(ends_s)s), %(area_id)s, %(fixes)s, %(rejected)s,
    %(mileage_m)s, %(valid_mileage_m)s, %(duration_s)s, %(stay_s)s, %(gap_s)s,
    %(own_grid_share)s, %(stays)s::jsonb, %(gaps)s::jsonb,
    st_multi(st_geomfromwkb(%(wkb)s, 4490))
)
on conflict (code) do update
set
    begins_at = case when p.is_detected then excluded.begins_at else p.begins_at end,
    ends_at = case when p.is_detected or p.is_open then excluded.ends_at else p.ends_at end,
    area_id = excluded.area_id,
    fixes = excluded.fixes,
    rejected = excluded.rejected,
    mileage_m = excluded.mileage_m,
    valid_mileage_m = excluded.valid_mileage_m,
    duration_s = excluded.duration_s,
    stay_s = excluded.stay_s,
    gap_s = excluded.gap_s,
    own_grid_share = excluded.own_grid_share,
    stays = excluded.stays,
    gaps = excluded.gaps,
    geom = excluded.geom,
    version = p.version + %(is_changed)s::int,
    computed_at = now()
-- A code of somebody else's, who was called so, is not taken from him.
where p.worker_id = excluded.worker_id
returning p.id
