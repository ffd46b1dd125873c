-- What was told of hours of workers, and not withdrawn since.
select
    c.id,
    c.worker_id,
    c.version_id,
    c.kind,
    (extract(epoch from c.at) * 1000000)::bigint as at_us,
    (extract(epoch from c.until) * 1000000)::bigint as until_us
from unnest(%(worker_id)s::bigint[], %(hour_s)s::float8[]) as u (worker_id, hour_s)
inner join crossing as c
    on u.worker_id = c.worker_id and c.hour_at = to_timestamp(u.hour_s) and c.withdrawn_at is null
