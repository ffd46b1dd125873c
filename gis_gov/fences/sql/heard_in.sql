-- Where workers were as it was too long, of those of whom something was heard by then or until it was over: at their last fix
-- since it began, or at the next one.
select
    u.number,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from unnest(
    %(number)s::bigint[], %(worker_id)s::bigint[], %(from_s)s::float8[], %(told_s)s::float8[], %(to_s)s::float8[]
) as u (number, worker_id, from_s, told_s, to_s)
cross join lateral ( -- noqa: ST05
    (
        select
            q.geom,
            1 as place
        from position as q
        where
            q.worker_id = u.worker_id
            and q.time >= greatest(to_timestamp(u.from_s), to_timestamp(u.told_s) - make_interval(secs => %(silent_s)s))
            and q.time <= least(to_timestamp(u.told_s), to_timestamp(u.to_s))
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
            and q.time > to_timestamp(u.told_s)
            and q.time <= to_timestamp(u.to_s)
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
            and q.time >= to_timestamp(u.told_s) - make_interval(secs => %(silent_s)s)
            and q.time < to_timestamp(u.from_s)
            and q.rejected_for is null
        order by q.time desc
        limit 1
    )
    order by place -- noqa: RF03
    limit 1
) as p
