-- Of some workers, or of all.
select
    s.worker_id,
    s.kind,
    s.begins,
    s.ends,
    s.weekdays,
    s.day,
    s.valid_from,
    s.valid_to
from shift as s
where %(ids)s::bigint[] is null or s.worker_id = any(%(ids)s::bigint[])
order by s.worker_id, s.day nulls first, s.valid_from, s.begins, s.id
