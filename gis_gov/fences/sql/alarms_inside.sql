-- Alarms of who was inside, as far as they meet some time.
select
    a.worker_id,
    a.fence_id,
    a.id,
    extract(epoch from a.since)::float8 as since_s,
    extract(epoch from a.last_at)::float8 as last_s,
    a.closed_at is null as is_open
from unnest(
    %(worker_id)s::bigint[], %(fence_id)s::bigint[], %(entered_s)s::float8[], %(first_s)s::float8[], %(last_s)s::float8[]
) as u (worker_id, fence_id, entered_s, first_s, last_s)
inner join alarm as a on u.worker_id = a.worker_id and u.fence_id = a.fence_id
where
    a.kind = 'inside' and a.withdrawn_at is null
    and a.since between to_timestamp(u.entered_s) and to_timestamp(u.last_s)
    and (a.closed_at is null or a.last_at >= to_timestamp(u.first_s))
order by a.since, a.id
