insert into patrol_grid (patrol_id, grid_id, entered_at, left_at, duration_s, valid_mileage_m)
select
    p.id as patrol_id,
    w.grid_id,
    p.begins_at as entered_at,
    p.ends_at as left_at,
    p.duration_s,
    p.valid_mileage_m
from patrol as p
inner join bench_walker as w on p.worker_id = w.id
where p.day = %(day)s and w.grid_id is not null
