-- Alarms of a kind, as far as they lasted after some time; of all workers where none is named.
select
    a.worker_id,
    a.fence_id,
    a.id,
    extract(epoch from a.since)::float8 as since_s,
    extract(epoch from a.last_at)::float8 as last_s,
    a.closed_at is null as is_open,
    st_x(a.geom) as lon,
    st_y(a.geom) as lat
from unnest(
    %(worker_id)s::bigint[], %(fence_id)s::bigint[], moments(%(begun_s)s::float8[]), moments(%(since_s)s::float8[])
) as u (worker_id, fence_id, begun_at, since)
inner join alarm as a on u.fence_id = a.fence_id and (u.worker_id is null or u.worker_id = a.worker_id)
where
    a.kind = %(kind)s and a.withdrawn_at is null
    and a.since >= u.begun_at
    and (
        a.closed_at is null
        or a.since >= u.since - make_interval(secs => %(near_s)s)
        or a.last_at > u.since + make_interval(secs => %(near_s)s)
    )
order by a.since, a.id
