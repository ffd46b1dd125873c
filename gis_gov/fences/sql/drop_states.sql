delete from fence_state as s
using unnest(%(worker_id)s::bigint[], moments(%(hour_s)s::float8[])) as u (worker_id, hour_at)
where s.worker_id = u.worker_id and s.hour_at = u.hour_at
