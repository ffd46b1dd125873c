-- Of what a device told differently of one moment the better one counts, whichever came first.
update position as p
set
    geom = st_setsrid(st_makepoint(u.lon, u.lat), 4490),
    cell = u.cell,
    accuracy_m = u.accuracy_m,
    speed_mps = u.speed_mps,
    bearing_deg = u.bearing_deg,
    altitude_m = u.altitude_m,
    source = u.source,
    source_datum = u.source_datum,
    device_time = to_timestamp(u.device_time_s),
    sequence = u.sequence,
    is_mock = u.is_mock,
    rejected_for = u.rejected_for,
    -- The time of the device is compared with it.
    received_at = to_timestamp(u.received_s),
    attrs = u.attrs::jsonb
from unnest(
    %(device)s::text[], moments(%(time_s)s::float8[]), %(worker_id)s::bigint[], %(lon)s::float8[],
    %(lat)s::float8[], %(cell)s::bigint[], %(accuracy_m)s::float4[], %(speed_mps)s::float4[],
    %(bearing_deg)s::float4[], %(altitude_m)s::float4[], %(source)s::text[],
    %(source_datum)s::text[], %(device_time_s)s::float8[], %(sequence)s::bigint[],
    %(is_mock)s::boolean[], %(rejected_for)s::text[],
    %(received_s)s::float8[], %(attrs)s::text[]
) as u (
    device, time, worker_id, lon, lat, cell, accuracy_m, speed_mps, bearing_deg, altitude_m,
    source, source_datum, device_time_s, sequence, is_mock, rejected_for, received_s, attrs
)
where
    p.device = u.device
    and p.time = u.time
    -- Nobody replaces what is told of somebody else.
    and p.worker_id is not distinct from u.worker_id
    -- As gis_gov.patrols.told.rank_of does.
    and (
        u.is_mock,
        coalesce(u.accuracy_m, 'infinity'),
        u.lon,
        u.lat
    ) < (
        p.is_mock,
        coalesce(p.accuracy_m, 'infinity'),
        st_x(p.geom),
        st_y(p.geom)
    )
