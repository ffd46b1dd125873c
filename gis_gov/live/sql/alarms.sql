-- Alarms as they are told of, with what decides on who may know.
select
    'alarm' as kind,
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
    o.id as other_id,
    o.area_id as other_area_id,
    st_x(c.geom) as lon,
    st_y(c.geom) as lat,
    array(
        select t.grid_id
        from grid_worker as t
        where t.worker_id = w.id
    ) as worker_grids,
    array(
        select t.grid_id
        from grid_worker as t
        where t.worker_id = o.id
    ) as other_grids,
    jsonb_build_object(
        'worker', w.code, 'other', o.code, 'fence', f.code, 'kind', c.kind, 'since', c.since,
        'last_at', c.last_at, 'opened_at', c.opened_at, 'closed_at', c.closed_at,
        'acknowledged_at', c.acknowledged_at, 'withdrawn_at', c.withdrawn_at, 'area_code', a.code,
        'grid_code', g.code
    ) as told
from alarm as c
inner join worker as w on c.worker_id = w.id
left join worker as o on c.other_id = o.id
left join fence as f on c.fence_id = f.id
left join area as a on c.area_id = a.id
left join grid as g on c.grid_id = g.id
where c.id = any(%(ids)s)
