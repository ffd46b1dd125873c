-- Six measures of each current base grid, from the kept counts, but for the events of a time.
with counted as (
    select
        c.grid_id,
        sum(c.count) filter (where c.layer = 'persons') as persons,
        sum(c.count) filter (where c.layer in ('buildings', 'dwellings')) as houses,
        sum(c.count) filter (where c.layer = 'enterprises') as enterprises,
        sum(c.count) filter (where c.layer in ('plain_cameras', 'face_cameras')) as cameras
    from tally as c
    group by c.grid_id
),

reported as (
    select
        e.grid_id,
        count(*) as events
    from event as e
    where
        e.reported_at >= to_timestamp(%(since)s)
        and e.reported_at < to_timestamp(%(until)s)
    group by e.grid_id
)

select
    g.code,
    g.name,
    g.households,
    coalesce(t.persons, 0) as persons,
    coalesce(t.houses, 0) as houses,
    coalesce(t.enterprises, 0) as enterprises,
    coalesce(r.events, 0) as events,
    coalesce(t.cameras, 0) as cameras
from grid as g
left join counted as t on g.id = t.grid_id
left join reported as r on g.id = r.grid_id
where g.valid_to is null and g.layer = 'base'
order by g.code
