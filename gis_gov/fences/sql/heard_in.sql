-- Where workers were as they were heard of first in some times.
select
    u.number,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from unnest(%(number)s::bigint[], %(worker_id)s::bigint[], %(from_s)s::float8[], %(to_s)s::float8[])
as u (number, worker_id, from_s, to_s)
cross join lateral ( -- noqa: ST05
    select q.geom
    from position as q
    where
        q.worker_id = u.worker_id
        and q.time >= to_timestamp(u.from_s)
        and q.time <= to_timestamp(u.to_s)
        and q.rejected_for is null
    order by q.time
    limit 1
) as p
