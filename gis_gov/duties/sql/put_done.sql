update patrol_task as t
set
    patrol_id = u.patrol_id,
    done_at = to_timestamp(u.done_s)
from unnest(%(task_ids)s::bigint[], %(patrol_ids)s::bigint[], %(done_s)s::float8[])
as u (task_id, patrol_id, done_s)
where
    t.id = u.task_id
    and (t.patrol_id, t.done_at) is distinct from (u.patrol_id, to_timestamp(u.done_s))
