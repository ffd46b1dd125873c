-- Whose alarms in which fences are to be looked at again, since when; the oldest notes first.
with gone as (
    delete from alarm_due as d
    where
        d.id in (
            select n.id
            from alarm_due as n
            order by n.id
            limit %(most)s
        )
    returning d.worker_id, d.fence_id, d.since
)

select
    g.worker_id,
    g.fence_id,
    extract(epoch from min(g.since))::float8 as since_s
from gone as g
group by g.worker_id, g.fence_id
