select extract(epoch from max(t.done_at))::float8
from patrol_task as t
inner join patrol_rule as r on t.rule_id = r.id
where
    r.code = %(rule_code)s
    and t.object_id = %(object_id)s
    and (
        t.worker_id = %(worker_id)s::bigint
        or (%(worker_id)s::bigint is null and t.worker_id is null)
    )
    and t.due_at <= %(since)s
    and t.patrol_id is not null
