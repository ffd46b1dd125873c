-- Alarms as late fixes show them: of what is over they are closed at once, as they warn nobody any more.
insert into alarm (
    kind, worker_id, fence_id, since, last_at, opened_at, closed_at, geom, area_id, grid_id, fence_area_id,
    fence_grid_id
)
select
    %(kind)s::text as kind,
    u.worker_id,
    f.id as fence_id,
    to_timestamp(u.in_s) as since,
    greatest(to_timestamp(u.in_s), to_timestamp(coalesce(u.out_s, %(at_s)s))) as last_at,
    statement_timestamp() as opened_at,
    case when u.out_s is not null then statement_timestamp() end as closed_at,
    st_setsrid(st_makepoint(u.lon, u.lat), 4490) as geom,
    p.area_id,
    p.grid_id,
    f.area_id as fence_area_id,
    f.grid_id as fence_grid_id
from unnest(
    %(worker_id)s::bigint[], %(fence_id)s::bigint[], %(in_s)s::float8[], %(out_s)s::float8[],
    %(lon)s::float8[], %(lat)s::float8[]
) as u (worker_id, fence_id, in_s, out_s, lon, lat)
inner join fence as f on u.fence_id = f.id
left join lateral place_of(st_setsrid(st_makepoint(u.lon, u.lat), 4490)) as p on u.lon is not null
on conflict (kind, worker_id, coalesce(fence_id, 0), coalesce(other_id, 0)) where closed_at is null
do nothing
