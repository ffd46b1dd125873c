select
    w.code,
    w.area_id,
    array(
        select distinct g.grid_id
        from grid_worker as g
        where
            g.worker_id = w.id
            and g.valid_from <= %(day)s
            and (g.valid_to is null or g.valid_to >= %(day)s)
    ) as own_grids
from worker as w
where w.id = %(worker_id)s
