-- Those that began earlier end where the new one begins.
with ended as (
    update patrol as p
    set is_open = false, ends_at = %(begins_at)s
    where p.worker_id = %(worker_id)s and p.is_open and p.begins_at <= %(begins_at)s
    returning p.worker_id, p.day
)

insert into patrol_due (worker_id, day)
select
    e.worker_id,
    e.day + n.later as day -- noqa: RF04
from ended as e
cross join generate_series(0, 1) as n (later)
