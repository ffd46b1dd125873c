-- Stays in fences that tell who is inside, as far as they lasted after some time: from an entry to the exit after it in the same
-- version. `out_s` is null of one that lasts.
select
    u.worker_id,
    u.fence_id,
    v.id as version_id,
    extract(epoch from i.at)::float8 as in_s,
    extract(epoch from o.at)::float8 as out_s,
    st_x(i.geom) as lon,
    st_y(i.geom) as lat,
    coalesce(string_to_array(trim(both '/' from e.path), '/')::bigint[], '{}') as employed_in
from unnest(
    %(worker_id)s::bigint[], %(fence_id)s::bigint[], moments(%(begun_s)s::float8[]), moments(%(since_s)s::float8[])
) as u (worker_id, fence_id, begun_at, since)
inner join fence_version as v on u.fence_id = v.fence_id and 'inside' = any(v.tells)
inner join crossing as i
    on
        u.worker_id = i.worker_id
        and v.id = i.version_id
        and i.kind = 'enter'
        and i.withdrawn_at is null
        and u.begun_at <= i.at
inner join worker as w on i.worker_id = w.id
left join area as e on w.area_id = e.id
left join lateral (
    select min(x.at) as at -- noqa: RF04
    from crossing as x
    where
        x.worker_id = i.worker_id and x.version_id = i.version_id
        and x.kind = 'exit' and x.withdrawn_at is null
        and x.at >= i.at
) as o on true
where coalesce(o.at, 'infinity') >= u.since
order by i.at, i.id
