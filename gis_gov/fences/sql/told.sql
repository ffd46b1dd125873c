-- What was told of hours of workers, and not withdrawn since.
select
    c.id,
    c.worker_id,
    c.version_id,
    c.kind,
    (extract(epoch from c.at) * 1000000)::bigint as at_us,
    (extract(epoch from c.until) * 1000000)::bigint as until_us
from unnest(%(worker_id)s::bigint[], moments(%(hour_s)s::float8[])) as u (worker_id, hour_at)
inner join crossing as c
    on u.worker_id = c.worker_id and u.hour_at = c.hour_at and c.withdrawn_at is null
