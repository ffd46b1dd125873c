-- Whose alarms in which fences are to be looked at again, since when; the oldest notes first. What lasted at that moment is
-- looked at from its beginning on.
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
),

due as (
    select
        g.worker_id,
        g.fence_id,
        min(g.since) as since
    from gone as g
    group by g.worker_id, g.fence_id
)

select
    d.worker_id,
    d.fence_id,
    extract(epoch from least(d.since, min(a.since)))::float8 as since_s
from due as d
left join alarm as a
    on
        d.fence_id = a.fence_id
        and (d.worker_id = a.worker_id or a.kind = 'alone')
        and a.withdrawn_at is null
        and (a.closed_at is null or a.last_at >= d.since)
group by d.worker_id, d.fence_id, d.since
