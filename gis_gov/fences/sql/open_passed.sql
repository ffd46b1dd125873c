-- Alarms of stays that were over as they came to be known: opened and closed at once, where the worker came in.
insert into alarm (
    kind, worker_id, fence_id, since, last_at, opened_at, closed_at, geom, area_id, grid_id, fence_area_id,
    fence_grid_id
)
select
    'inside' as kind,
    i.worker_id,
    i.fence_id,
    i.at as since,
    greatest(i.at, to_timestamp(u.out_s)) as last_at,
    statement_timestamp() as opened_at,
    statement_timestamp() as closed_at,
    i.geom,
    i.area_id,
    i.grid_id,
    i.fence_area_id,
    i.fence_grid_id
from unnest(%(entered_id)s::bigint[], %(out_s)s::float8[]) as u (entered_id, out_s)
inner join crossing as i on u.entered_id = i.id
