-- What is over; when it was so for the last time is looked at once more.
with closed as (
    update alarm as a
    set
        closed_at = greatest(clock_timestamp(), a.opened_at),
        last_at = greatest(a.last_at, to_timestamp(%(at_s)s))
    where a.id = any(%(ids)s::bigint[]) and a.closed_at is null
    returning a.kind, a.worker_id, a.fence_id, a.since
)

insert into alarm_due (worker_id, fence_id, since)
select
    c.worker_id,
    c.fence_id,
    c.since
from closed as c
where c.kind in ('inside', 'outside', 'alone')
