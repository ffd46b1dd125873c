-- To which grid and area each point belongs, in the order of the points.
select
    p.grid_id,
    p.area_id
from unnest(%(lon)s::float8[], %(lat)s::float8[]) with ordinality as q (lon, lat, n)
cross join lateral place_of(st_point(q.lon, q.lat, 4490)) as p
order by q.n
