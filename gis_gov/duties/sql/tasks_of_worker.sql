select distinct
    t.rule_id,
    t.object_id,
    t.worker_id,
    r.code as rule_code,
    extract(epoch from t.begins_at)::float8 as begins_s,
    extract(epoch from t.due_at)::float8 as due_s
from tasks_of_worker(%(worker_id)s, %(day)s, %(since)s, %(until)s) as t
inner join patrol_rule as r on t.rule_id = r.id
order by 4, 2, 3, 1, 5
