-- A position that was deleted or rejected meanwhile has no place: there is nothing to tell of it.
select
    d.id,
    d.time,
    p.attrs,
    p.speed_mps::float8 as speed_mps,
    p.bearing_deg::float8 as bearing_deg,
    p.altitude_m::float8 as altitude_m,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat,
    coalesce(v.name, d.device) as plate,
    coalesce(v.plate_color, 2) as color
from forward_due as d
left join position as p on d.device = p.device and d.time = p.time and p.rejected_for is null
left join worker as w on p.worker_id = w.id
left join device as v on device_code(d.device, w.code) = v.code
order by d.id
limit %(most)s
