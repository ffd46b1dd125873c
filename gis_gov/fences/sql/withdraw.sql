-- Alarms of stays follow.
with gone as (
    update crossing as c set withdrawn_at = clock_timestamp()
    where c.id = any(%(ids)s::bigint[])
    returning c.worker_id, c.version_id, c.kind, c.at
)

insert into alarm_due (worker_id, fence_id, since)
select
    g.worker_id,
    v.fence_id,
    min(g.at) as since
from gone as g
inner join fence_version as v on g.version_id = v.id
where 'inside' = any(v.tells) and g.kind in ('enter', 'exit')
group by g.worker_id, v.fence_id
