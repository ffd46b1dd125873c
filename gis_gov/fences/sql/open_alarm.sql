insert into alarm (
    kind, worker_id, other_id, fence_id, since, last_at, geom, area_id, grid_id, fence_area_id, fence_grid_id
)
select
    u.kind,
    u.worker_id,
    u.other_id,
    f.id as fence_id,
    to_timestamp(u.since_s) as since,
    greatest(to_timestamp(u.since_s), to_timestamp(%(at_s)s)) as last_at,
    st_setsrid(st_makepoint(u.lon, u.lat), 4490) as geom,
    p.area_id,
    p.grid_id,
    f.area_id as fence_area_id,
    f.grid_id as fence_grid_id
from unnest(
    %(kind)s::text[], %(worker_id)s::bigint[], %(other_id)s::bigint[], %(fence_id)s::bigint[],
    %(since_s)s::float8[], %(lon)s::float8[], %(lat)s::float8[]
) as u (kind, worker_id, other_id, fence_id, since_s, lon, lat)
inner join fence as f on u.fence_id = f.id
left join lateral place_of(st_setsrid(st_makepoint(u.lon, u.lat), 4490)) as p on true
on conflict (kind, worker_id, coalesce(fence_id, 0), coalesce(other_id, 0)) where closed_at is null
do nothing
