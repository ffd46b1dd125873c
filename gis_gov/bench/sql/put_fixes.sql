insert into position (device, worker_id, time, geom, accuracy_m)
select
    'bench-' || u.worker_id as device,
    u.worker_id,
    to_timestamp(u.time_s) as time, -- noqa: RF04
    st_setsrid(st_makepoint(u.lon, u.lat), 4490) as geom,
    u.accuracy_m
from unnest(
    %(worker_id)s::bigint[], %(time_s)s::float8[], %(lon)s::float8[], %(lat)s::float8[],
    %(accuracy_m)s::float4[]
) as u (worker_id, time_s, lon, lat, accuracy_m)
