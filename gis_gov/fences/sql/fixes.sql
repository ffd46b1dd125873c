-- The fixes of workers that count, each one's after a moment and before another.
select
    p.worker_id,
    extract(epoch from p.time)::float8 as time_s,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat,
    coalesce(p.accuracy_m, 0)::float8 as accuracy_m
from unnest(%(worker_id)s::bigint[], moments(%(after_s)s::float8[]), moments(%(before_s)s::float8[]))
as u (worker_id, after, before)
cross join lateral ( -- noqa: ST05
    select
        q.worker_id,
        q.time,
        q.geom,
        q.accuracy_m
    from position as q
    where
        q.worker_id = u.worker_id
        and q.time > u.after
        and q.time < u.before
        and q.rejected_for is null
) as p
