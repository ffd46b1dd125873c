insert into patrol_due (worker_id, day)
select distinct
    t.worker_id,
    t.day
from track_print as t
where
    t.print = any(%(prints)s::bigint[])
    and (t.worker_id <> %(worker_id)s or t.day <> %(day)s)
