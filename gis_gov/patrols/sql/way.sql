select
    extract(epoch from p.time)::float8 as time_s,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from position as p
where
    p.worker_id = %(worker_id)s
    and p.time >= %(since)s
    and p.time < %(until)s
    and p.rejected_for is null
order by p.time, p.device
