insert into crossing (
    worker_id, fence_id, version_id, hour_at, kind, at, until, known_at, is_told, geom, area_id, grid_id,
    fence_area_id, fence_grid_id
)
select
    u.worker_id,
    v.fence_id,
    u.version_id,
    to_timestamp(u.hour_s) as hour_at,
    u.kind,
    to_timestamp(u.at_us / 1e6) as at, -- noqa: RF04
    to_timestamp(u.until_us / 1e6) as until, -- noqa: RF04
    to_timestamp(u.known_us / 1e6) as known_at,
    u.kind = any(v.tells) as is_told,
    st_setsrid(st_makepoint(u.lon, u.lat), 4490) as geom,
    w.area_id,
    w.grid_id,
    v.area_id as fence_area_id,
    v.grid_id as fence_grid_id
from unnest(
    %(worker_id)s::bigint[], %(version_id)s::bigint[], %(hour_s)s::float8[], %(kind)s::text[],
    %(at_us)s::bigint[], %(until_us)s::bigint[], %(known_us)s::bigint[], %(lon)s::float8[],
    %(lat)s::float8[]
) as u (worker_id, version_id, hour_s, kind, at_us, until_us, known_us, lon, lat)
inner join fence_version as v on u.version_id = v.id
left join lateral place_of(st_setsrid(st_makepoint(u.lon, u.lat), 4490)) as w on true
order by u.known_us, u.worker_id, u.version_id, u.at_us
