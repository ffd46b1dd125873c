-- What fulfilled an earlier task stays with it.
select
    j.patrol_id,
    j.rule_id,
    p.worker_id,
    extract(epoch from p.begins_at)::float8 as begins_s,
    extract(epoch from coalesce(p.ends_at, p.begins_at))::float8 as ends_s
from patrol_judgement as j
inner join patrol as p on j.patrol_id = p.id
inner join patrol_rule as r on j.rule_id = r.id
left join patrol_task as t on j.task_id = t.id
where
    r.code = %(rule_code)s
    and j.object_id = %(object_id)s
    and r.is_own = (%(worker_id)s::bigint is not null)
    and (p.worker_id = %(worker_id)s or %(worker_id)s::bigint is null)
    and j.is_enough
    and p.begins_at >= to_timestamp(%(begins_s)s)
    and (t.id is null or t.due_at > %(since)s)
