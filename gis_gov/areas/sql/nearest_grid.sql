-- The grid nearest to a point that lies in none; what is equally near to a millimetre goes by code.
select
    g.code,
    st_distance(g.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) as distance_m
from grid as g
where g.valid_to is null and g.layer in ('base', 'exclusive')
order by
    round(
        st_distance(g.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography)::numeric, 3
    ),
    g.code
limit 1
