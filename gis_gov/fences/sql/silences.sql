-- When nothing was heard of workers for long, in some times: up to the next fix in these, or to null.
select
    u.number,
    extract(epoch from p.time)::float8 as from_s,
    extract(epoch from p.next_time)::float8 as to_s
from unnest(%(number)s::bigint[], %(worker_id)s::bigint[], %(from_s)s::float8[], %(to_s)s::float8[])
as u (number, worker_id, from_s, to_s)
cross join lateral ( -- noqa: ST05
    select
        q.time,
        lead(q.time) over (order by q.time) as next_time
    from position as q
    where
        q.worker_id = u.worker_id
        and q.time >= to_timestamp(u.from_s)
        and q.time <= to_timestamp(u.to_s)
        and q.rejected_for is null
) as p
where coalesce(p.next_time, to_timestamp(u.to_s)) - p.time > make_interval(secs => %(silent_s)s)
