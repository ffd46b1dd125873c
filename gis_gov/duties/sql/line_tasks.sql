-- Locked in one order: others who match the same line wait.
select
    t.id,
    t.rule_id,
    t.number,
    r.min_interval_h,
    r.workers_min,
    extract(epoch from t.begins_at)::float8 as begins_s,
    extract(epoch from t.due_at)::float8 as due_s,
    t.excused_for is not null as is_excused
from patrol_task as t
inner join patrol_rule as r on t.rule_id = r.id
where
    r.code = %(rule_code)s
    and t.object_id = %(object_id)s
    and (
        t.worker_id = %(worker_id)s::bigint
        or (%(worker_id)s::bigint is null and t.worker_id is null)
    )
    and t.due_at > %(since)s
order by t.id
for update of t
