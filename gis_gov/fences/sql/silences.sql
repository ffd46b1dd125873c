-- When nothing was heard of workers for long, in some times, which may have begun before these: up to the next fix in them, or
-- to null.
with asked as materialized (
    select
        u.number,
        u.worker_id,
        u.since,
        u.until,
        u.since - interval '8 days' as heard_since
    from unnest(%(number)s::bigint[], %(worker_id)s::bigint[], moments(%(from_s)s::float8[]), moments(%(to_s)s::float8[]))
    as u (number, worker_id, since, until)
)

select
    u.number,
    extract(epoch from p.time)::float8 as from_s,
    extract(epoch from p.next_time)::float8 as to_s
from asked as u
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
                and q.time < u.since
                and q.time > u.heard_since
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
                and q.time >= u.since
                and q.time <= u.until
                and q.rejected_for is null
        )
    ) as f
) as p
where coalesce(p.next_time, u.until) - p.time > make_interval(secs => %(silent_s)s)
