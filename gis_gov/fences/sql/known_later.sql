-- The same crossings, which other fixes show now, or by another way to the same.
update crossing as c
set
    hour_at = to_timestamp(u.hour_s),
    known_at = to_timestamp(u.known_us / 1e6),
    geom = st_setsrid(st_makepoint(u.lon, u.lat), 4490),
    area_id = w.area_id,
    grid_id = w.grid_id
from unnest(
    %(id)s::bigint[], %(hour_s)s::float8[], %(known_us)s::bigint[], %(lon)s::float8[], %(lat)s::float8[]
) as u (id, hour_s, known_us, lon, lat)
left join lateral place_of(st_setsrid(st_makepoint(u.lon, u.lat), 4490)) as w on true
where
    c.id = u.id
    and (c.known_at, st_x(c.geom), st_y(c.geom)) is distinct from (to_timestamp(u.known_us / 1e6), u.lon, u.lat)
