-- Whose stays in which fences are to be looked at again, of which time; the oldest notes first.
with gone as (
    delete from alarm_due as d
    where
        d.id in (
            select n.id
            from alarm_due as n
            order by n.id
            limit %(most)s
        )
    returning d.worker_id, d.fence_id, d.first_at, d.last_at
)

select
    g.worker_id,
    g.fence_id,
    extract(epoch from min(g.first_at))::float8 as first_s,
    extract(epoch from max(g.last_at))::float8 as last_s
from gone as g
group by g.worker_id, g.fence_id
