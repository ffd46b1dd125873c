-- What is enough no longer fulfils nothing, and has its own reasons.
update patrol_judgement as j
set
    task_id = m.task_id,
    task_reasons = m.reasons
from (
    select
        k.patrol_id,
        k.rule_id,
        k.object_id,
        u.task_id,
        coalesce(u.reasons, '[]')::jsonb as reasons
    from patrol_judgement as k
    inner join patrol as p on k.patrol_id = p.id
    inner join patrol_rule as r on k.rule_id = r.id
    left join patrol_task as t on k.task_id = t.id
    left join unnest(
        %(patrol_ids)s::bigint[], %(rule_ids)s::bigint[], %(task_ids)s::bigint[],
        %(reasons)s::text[]
    ) as u (patrol_id, rule_id, task_id, reasons)
        on k.patrol_id = u.patrol_id and k.rule_id = u.rule_id
    where
        r.code = %(rule_code)s
        and k.object_id = %(object_id)s
        and r.is_own = (%(worker_id)s::bigint is not null)
        and (p.worker_id = %(worker_id)s or %(worker_id)s::bigint is null)
        and p.begins_at >= to_timestamp(%(begins_s)s)
        and (t.id is null or t.due_at > %(since)s)
) as m
where
    j.patrol_id = m.patrol_id
    and j.rule_id = m.rule_id
    and j.object_id = m.object_id
    and (j.task_id, j.task_reasons) is distinct from (m.task_id, m.reasons)
