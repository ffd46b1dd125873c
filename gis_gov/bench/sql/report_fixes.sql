-- What it would cost to look at the fixes of the day themselves, if only to count them.
select
    p.worker_id,
    count(*) as fixes,
    min(p.time) as begins_at,
    max(p.time) as ends_at
from position as p
where p.time >= %(since)s and p.time < %(until)s
group by p.worker_id
