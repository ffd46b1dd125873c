-- Whose alarms in which fences are to be looked at again, since when; the oldest notes first, none of what is to come. What
-- lasted at that moment is looked at from its beginning on.
with gone as (
    delete from alarm_due as d
    where
        d.ctid = any(array(
            select n.ctid
            from alarm_due as n
            where n.since <= to_timestamp(%(at_s)s)
            order by n.id
            limit %(most)s
        ))
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
    extract(epoch from least(d.since, l.since))::float8 as since_s
from due as d
left join lateral ( -- noqa: ST05
    select min(x.since) as since
    from (
        (
            select a.since
            from alarm as a
            where
                a.fence_id = d.fence_id and a.worker_id = d.worker_id
                and a.kind in ('inside', 'outside') and a.withdrawn_at is null
                and (a.closed_at is null or a.last_at >= d.since)
        )
        union all
        (
            select a.since
            from alarm as a
            where
                a.fence_id = d.fence_id and a.kind = 'alone' and a.withdrawn_at is null
                and (a.closed_at is null or a.last_at >= d.since)
        )
    ) as x
) as l on true
