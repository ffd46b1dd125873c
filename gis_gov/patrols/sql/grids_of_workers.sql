-- Which grids were whose, and when.
select
    w.code as worker,
    g.grid_id,
    g.valid_from,
    g.valid_to
from grid_worker as g
inner join worker as w on g.worker_id = w.id
where w.code = any(%(codes)s::text[])
