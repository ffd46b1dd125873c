-- A term that ended on the day on which it began goes on.
insert into grid_worker as t (grid_id, worker_id)
select
    g.id as grid_id,
    w.id as worker_id
from worker as w
cross join unnest(%(grids)s::bigint[]) as g (id)
where w.code = %(code)s
on conflict (grid_id, worker_id, role, valid_from) do update set valid_to = null
