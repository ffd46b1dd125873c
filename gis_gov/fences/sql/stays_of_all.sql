-- Stays of all workers in versions of fences that began after some time; `out_s` is null of those that last.
select
    i.version_id,
    i.worker_id,
    extract(epoch from i.at)::float8 as in_s,
    extract(epoch from o.at)::float8 as out_s,
    coalesce(string_to_array(trim(both '/' from e.path), '/')::bigint[], '{}') as employed_in
from unnest(%(version_id)s::bigint[], %(fence_id)s::bigint[], %(begun_s)s::float8[])
as u (version_id, fence_id, begun_s)
inner join crossing as i
    on
        u.fence_id = i.fence_id
        and u.version_id = i.version_id
        and i.kind = 'enter'
        and i.withdrawn_at is null
        and i.at >= to_timestamp(u.begun_s)
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
order by i.version_id, i.worker_id, i.at
