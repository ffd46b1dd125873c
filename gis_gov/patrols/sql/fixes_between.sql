select
    p.id,
    p.device,
    p.grid_id,
    p.sequence,
    p.is_mock,
    p.rejected_for,
    p.accuracy_m::float8 as accuracy_m,
    coalesce(d.mode, 'walk') as travel,
    extract(epoch from p.time)::float8 as time_s,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat,
    extract(epoch from p.received_at)::float8 as received_s,
    extract(epoch from p.device_time)::float8 as device_time_s
from position as p
left join worker as w on p.worker_id = w.id
-- Whoever named a device that is somebody else's by now, does not travel by it.
left join device as d
    on
        device_code(p.device, w.code) = d.code
        and (p.device = d.code or d.worker_id is null or p.worker_id = d.worker_id)
where p.worker_id = %(worker_id)s and p.time >= %(since)s and p.time < %(until)s
order by p.time, p.device
