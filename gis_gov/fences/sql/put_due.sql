insert into crossing_due (worker_id, hour_at, since)
select
    u.worker_id,
    to_timestamp(u.hour_s) as hour_at,
    to_timestamp(u.since_s) as since
from unnest(%(worker_id)s::bigint[], %(hour_s)s::float8[], %(since_s)s::float8[])
as u (worker_id, hour_s, since_s)
