-- The oldest first, but for those that could not be looked at. Of what is older than fixes are kept nothing is looked
-- for anew, nor of days that were dropped: what is left of them shows less than was told.
with gone as (
    delete from crossing_due as d
    where
        -- By where they lie: a queue that was empty when it was last counted is joined to itself row by row.
        d.ctid = any(array(
            select n.ctid
            from crossing_due as n
            where
                not exists (
                    select
                    from unnest(%(worker_id)s::bigint[], moments(%(hour_s)s::float8[])) as u (worker_id, hour_at)
                    where u.worker_id = n.worker_id and u.hour_at = n.hour_at
                )
            order by n.id
            limit %(most)s
        ))
    returning d.worker_id, d.hour_at, d.since
)

select
    g.worker_id,
    extract(epoch from g.hour_at)::float8 as hour_s,
    extract(epoch from min(g.since))::float8 as since_s
from gone as g
where
    g.hour_at > now() - make_interval(days => %(days)s)
    and not exists (
        select
        from dropped_day as d
        where d.day = local_day(g.hour_at)
    )
group by g.worker_id, g.hour_at
