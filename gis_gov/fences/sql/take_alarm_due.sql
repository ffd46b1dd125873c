-- Whose stays in which fences are to be looked at again, and since when.
with gone as (
    delete from alarm_due as d
    returning d.worker_id, d.fence_id, d.since
)

select
    g.worker_id,
    g.fence_id,
    extract(epoch from min(g.since))::float8 as since_s
from gone as g
group by g.worker_id, g.fence_id
