insert into position (
    device, time, worker_id, geom, grid_id, area_id, cell, accuracy_m, speed_mps, bearing_deg, altitude_m, source,
    source_datum, device_time, sequence, is_mock, rejected_for, received_at, attrs
)
select
    u.device,
    to_timestamp(u.time_s) as time, -- noqa: RF04
    u.worker_id,
    st_setsrid(st_makepoint(u.lon, u.lat), 4490) as geom,
    nullif(u.grid_id, 0) as grid_id,
    nullif(u.area_id, 0) as area_id,
    u.cell,
    u.accuracy_m,
    u.speed_mps,
    u.bearing_deg,
    u.altitude_m,
    u.source,
    u.source_datum,
    to_timestamp(u.device_time_s) as device_time,
    u.sequence,
    u.is_mock,
    u.rejected_for,
    to_timestamp(u.received_s) as received_at,
    u.attrs::jsonb
from unnest(
    %(device)s::text[], %(time_s)s::float8[], %(worker_id)s::bigint[], %(lon)s::float8[],
    %(lat)s::float8[], %(grid_id)s::bigint[], %(area_id)s::bigint[], %(cell)s::bigint[], %(accuracy_m)s::float4[], %(speed_mps)s::float4[],
    %(bearing_deg)s::float4[], %(altitude_m)s::float4[], %(source)s::text[],
    %(source_datum)s::text[], %(device_time_s)s::float8[], %(sequence)s::bigint[],
    %(is_mock)s::boolean[], %(rejected_for)s::text[], %(received_s)s::float8[], %(attrs)s::text[]
) as u (
    device, time_s, worker_id, lon, lat, grid_id, area_id, cell, accuracy_m, speed_mps, bearing_deg, altitude_m,
    source, source_datum, device_time_s, sequence, is_mock, rejected_for, received_s, attrs
)
on conflict (device, time) do nothing
returning device, extract(epoch from time)::float8 as time_s
