-- When and where it was, as is known now; one is open as long as it lasts.
update alarm as a
set
    since = to_timestamp(u.in_s),
    last_at = greatest(to_timestamp(u.in_s), coalesce(to_timestamp(u.out_s), a.last_at)),
    closed_at = case when u.out_s is not null then coalesce(a.closed_at, greatest(clock_timestamp(), a.opened_at)) end,
    geom = coalesce(st_setsrid(st_makepoint(u.lon, u.lat), 4490), a.geom),
    area_id = case when u.lon is null then a.area_id else p.area_id end,
    grid_id = case when u.lon is null then a.grid_id else p.grid_id end
from
    unnest(%(id)s::bigint[], %(in_s)s::float8[], %(out_s)s::float8[], %(lon)s::float8[], %(lat)s::float8[])
        as u (id, in_s, out_s, lon, lat)
left join lateral place_of(st_setsrid(st_makepoint(u.lon, u.lat), 4490)) as p on u.lon is not null
where a.id = u.id
