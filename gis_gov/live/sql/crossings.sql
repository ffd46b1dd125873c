-- Crossings as they are told of, with what decides on who may know.
select
    'crossing' as kind,
    c.id,
    c.worker_id,
    w.area_id as worker_area_id,
    c.fence_id,
    c.area_id,
    c.grid_id,
    c.fence_area_id,
    c.fence_grid_id,
    f.area_id as fence_now_area_id,
    f.grid_id as fence_now_grid_id,
    f.for_workers,
    null::bigint as other_id,
    null::bigint as other_area_id,
    st_x(c.geom) as lon,
    st_y(c.geom) as lat,
    array(
        select t.grid_id
        from grid_worker as t
        where t.worker_id = w.id
    ) as worker_grids,
    array[]::bigint[] as other_grids,
    jsonb_build_object(
        'worker', w.code, 'fence', f.code, 'kind', c.kind, 'at', c.at, 'until', c.until,
        'known_at', c.known_at, 'withdrawn_at', c.withdrawn_at, 'area_code', a.code,
        'grid_code', g.code
    ) as told
from crossing as c
inner join worker as w on c.worker_id = w.id
inner join fence as f on c.fence_id = f.id
left join area as a on c.area_id = a.id
left join grid as g on c.grid_id = g.id
where c.id = any(%(ids)s)
