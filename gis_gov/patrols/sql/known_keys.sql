select
    u.device,
    u.time
from unnest(%(device)s::text[], moments(%(time_s)s::float8[]), %(worker_id)s::bigint[])
as u (device, time, worker_id)
-- Asked fix by fix, in the partition of its time, whatever is known of their number.
where (
    select true
    from position as p
    where
        p.device = u.device
        and p.time = u.time
        and p.time between %(since)s and %(until)s
        and p.worker_id is not distinct from u.worker_id
)
