-- Where workers are, with what decides on who may know; of all of them without ids.
select
    l.worker_id,
    w.code,
    w.kind,
    w.area_id as worker_area_id,
    l.area_id,
    l.grid_id,
    l.time as told_at,
    l.still_since,
    a.code as area_code,
    g.code as grid_code,
    l.accuracy_m::float8 as accuracy_m,
    l.speed_mps::float8 as speed_mps,
    l.bearing_deg::float8 as bearing_deg,
    st_x(l.geom) as lon,
    st_y(l.geom) as lat,
    coalesce(s.ever, '{}') as worker_grids,
    coalesce(coalesce(l.grid_id, 0) <> all(s.grids), false) as is_outside,
    o.worker_id is not null as is_off_shift
from last_position as l
inner join worker as w on l.worker_id = w.id
left join area as a on l.area_id = a.id
left join grid as g on l.grid_id = g.id
left join off_shift as o on l.worker_id = o.worker_id
cross join lateral (
    select
        array_agg(t.grid_id order by t.grid_id) as ever,
        array_agg(t.grid_id) filter (
            where
            t.valid_from <= local_today()
            and (t.valid_to is null or t.valid_to >= local_today())
        ) as grids
    from grid_worker as t
    where t.worker_id = l.worker_id
) as s
where %(ids)s::bigint[] is null or l.worker_id = any(%(ids)s::bigint[])
