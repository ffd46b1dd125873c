insert into fence_state as s (worker_id, hour_at, last_s, lon, lat, accuracy_m, pairs)
select
    u.worker_id,
    to_timestamp(u.hour_s) as hour_at,
    u.last_s,
    u.lon,
    u.lat,
    u.accuracy_m,
    u.pairs::jsonb
from unnest(
    %(worker_id)s::bigint[], %(hour_s)s::float8[], %(last_s)s::float8[], %(lon)s::float8[],
    %(lat)s::float8[], %(accuracy_m)s::float8[], %(pairs)s::text[]
) as u (worker_id, hour_s, last_s, lon, lat, accuracy_m, pairs)
on conflict (worker_id, hour_at) do update
set
    last_s = excluded.last_s,
    lon = excluded.lon,
    lat = excluded.lat,
    accuracy_m = excluded.accuracy_m,
    pairs = excluded.pairs
