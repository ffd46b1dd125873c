select
    r.code as rule_code,
    t.object_id,
    t.begins_at,
    coalesce(t.worker_id, 0) as of_worker
from patrol_task as t
inner join patrol_rule as r on t.rule_id = r.id
where t.id = %(id)s
