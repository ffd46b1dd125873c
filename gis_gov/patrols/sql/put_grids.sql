with gone as (
    delete from patrol_grid as g
    where g.patrol_id = %(patrol_id)s and g.grid_id <> all(%(grid_id)s::bigint[])
)

insert into patrol_grid (patrol_id, grid_id, entered_at, left_at, duration_s, valid_mileage_m)
select
    %(patrol_id)s,
    u.grid_id,
    to_timestamp(u.entered_s) as entered_at,
    to_timestamp(u.left_s) as left_at,
    u.duration_s,
    u.valid_mileage_m
from unnest(
    %(grid_id)s::bigint[], %(entered_s)s::float8[], %(left_s)s::float8[], %(duration_s)s::float8[],
    %(valid_mileage_m)s::float8[]
) as u (grid_id, entered_s, left_s, duration_s, valid_mileage_m)
on conflict (patrol_id, grid_id) do update
set
    entered_at = excluded.entered_at,
    left_at = excluded.left_at,
    duration_s = excluded.duration_s,
    valid_mileage_m = excluded.valid_mileage_m
