-- A page of events by code.
select
    e.id,
    e.code,
    e.title,
    e.state,
    e.reported_at
from event as e
where e.code > %(after)s
order by e.code
limit 100
