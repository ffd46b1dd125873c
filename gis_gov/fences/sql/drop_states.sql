delete from fence_state as s
using unnest(%(worker_id)s::bigint[], %(hour_s)s::float8[]) as u (worker_id, hour_s)
where s.worker_id = u.worker_id and s.hour_at = to_timestamp(u.hour_s)
