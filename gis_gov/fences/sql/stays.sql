-- Stays in fences that tell who is inside, as far as they meet some time: from an entry to the exit after it in the same
-- version, or to its end. `out_s` is null of one that lasts.
select
    u.worker_id,
    u.fence_id,
    i.id as entered_id,
    extract(epoch from i.at)::float8 as in_s,
    extract(epoch from coalesce(o.at, v.ends_at))::float8 as out_s
from unnest(
    %(worker_id)s::bigint[], %(fence_id)s::bigint[], %(entered_s)s::float8[], %(first_s)s::float8[], %(last_s)s::float8[]
) as u (worker_id, fence_id, entered_s, first_s, last_s)
inner join fence_version as v on u.fence_id = v.fence_id and 'inside' = any(v.tells)
inner join crossing as i
    on
        u.worker_id = i.worker_id
        and v.id = i.version_id
        and i.kind = 'enter'
        and i.withdrawn_at is null
        and i.at between to_timestamp(u.entered_s) and to_timestamp(u.last_s)
left join lateral (
    select min(x.at) as at -- noqa: RF04
    from crossing as x
    where
        x.worker_id = i.worker_id and x.version_id = i.version_id
        and x.kind = 'exit' and x.withdrawn_at is null
        and x.at >= i.at
) as o on true
where coalesce(o.at, v.ends_at, 'infinity') >= to_timestamp(u.first_s)
order by i.at, i.id
