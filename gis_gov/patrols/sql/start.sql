-- One that is told late ends where the next one begins.
with following as (
    select min(p.begins_at) as begins_at
    from patrol as p
    where
        p.worker_id = %(worker_id)s
        and not p.is_detected
        and p.begins_at > %(begins_at)s
        and p.begins_at < %(begins_at)s::timestamptz + interval '1 day'
),

made as (
    insert into patrol (
        code, worker_id, day, kind, is_detected, is_open, begins_at, ends_at, area_id
    )
    select
        %(code)s,
        %(worker_id)s,
        %(day)s,
        %(kind)s,
        false as is_detected,
        f.begins_at is null as is_open,
        %(begins_at)s,
        coalesce(f.begins_at, %(begins_at)s) as ends_at,
        %(area_id)s
    from following as f
    returning worker_id, day
)

-- It may go on over midnight.
insert into patrol_due (worker_id, day)
select
    m.worker_id,
    m.day + n.later as day -- noqa: RF04
from made as m
cross join generate_series(0, 1) as n (later)
