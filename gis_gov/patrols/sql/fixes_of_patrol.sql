select
    p.time as told_at,
    p.device,
    p.rejected_for,
    p.accuracy_m::float8 as accuracy_m,
    p.speed_mps::float8 as speed_mps,
    p.altitude_m::float8 as altitude_m,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from position as p
where p.worker_id = %(worker_id)s and p.time >= %(since)s and p.time <= %(until)s
order by p.time, p.device
