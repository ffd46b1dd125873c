-- When nothing was heard of workers for long, in some times, which may have begun before these: up to the next fix in them, or
-- to null.
select
    u.number,
    extract(epoch from p.time)::float8 as from_s,
    extract(epoch from p.next_time)::float8 as to_s
from unnest(%(number)s::bigint[], %(worker_id)s::bigint[], %(from_s)s::float8[], %(to_s)s::float8[])
as u (number, worker_id, from_s, to_s)
cross join lateral ( -- noqa: ST05
    select
        f.time,
        lead(f.time) over (order by f.time) as next_time
    from (
        (
            select q.time
            from position as q
            where
                q.worker_id = u.worker_id
                and q.time < to_timestamp(u.from_s)
                and q.time > to_timestamp(u.from_s) - interval '8 days'
                and q.rejected_for is null
            order by q.time desc
            limit 1
        )
        union all
        (
            select q.time
            from position as q
            where
                q.worker_id = u.worker_id
                and q.time >= to_timestamp(u.from_s)
                and q.time <= to_timestamp(u.to_s)
                and q.rejected_for is null
        )
    ) as f
) as p
where coalesce(p.next_time, to_timestamp(u.to_s)) - p.time > make_interval(secs => %(silent_s)s)
