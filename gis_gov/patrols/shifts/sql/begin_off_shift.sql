-- Of those who are there still.
insert into off_shift (worker_id)
select w.id as worker_id
from worker as w
where w.id = any(%(ids)s::bigint[])
on conflict (worker_id) do nothing
