-- The grid nearest to a point that lies in none.
select
    g.code,
    st_distance(g.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) as distance_m
from grid as g
where g.valid_to is null and g.layer in ('base', 'exclusive')
order by distance_m, g.code
limit 1
