-- What a worker's terms in grids become that he serves no longer; as the loader ends them.
update grid_worker as t set valid_to = greatest(local_today(), t.valid_from)
from worker as w
where
    w.code = %(code)s
    and t.worker_id = w.id
    and t.grid_id = any(%(grids)s)
    and coalesce(t.valid_to, 'infinity') > greatest(local_today(), t.valid_from)
