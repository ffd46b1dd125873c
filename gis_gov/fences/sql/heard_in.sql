-- Where workers were as it was too long, of those of whom something was heard by then or until it was over: at their last fix
-- since it began, or at the next one.
with asked as materialized (
    select
        u.number,
        u.worker_id,
        u.since,
        u.until,
        u.told,
        u.told - make_interval(secs => %(silent_s)s) as heard_since,
        greatest(u.since, u.told - make_interval(secs => %(silent_s)s)) as first_since,
        least(u.told, u.until) as first_until
    from unnest(
        %(number)s::bigint[], %(worker_id)s::bigint[], moments(%(from_s)s::float8[]), moments(%(told_s)s::float8[]), moments(%(to_s)s::float8[])
    ) as u (number, worker_id, since, told, until)
)

select
    u.number,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from asked as u
cross join lateral ( -- noqa: ST05
    (
        select
            q.geom,
            1 as place
        from position as q
        where
            q.worker_id = u.worker_id
            and q.time >= u.first_since
            and q.time <= u.first_until
            and q.rejected_for is null
        order by q.time desc
        limit 1
    )
    union all
    (
        select
            q.geom,
            2 as place
        from position as q
        where
            q.worker_id = u.worker_id
            and q.time > u.told
            and q.time <= u.until
            and q.rejected_for is null
        order by q.time
        limit 1
    )
    union all
    (
        select
            q.geom,
            3 as place
        from position as q
        where
            q.worker_id = u.worker_id
            and q.time >= u.heard_since
            and q.time < u.since
            and q.rejected_for is null
        order by q.time desc
        limit 1
    )
    order by place -- noqa: RF03
    limit 1
) as p
