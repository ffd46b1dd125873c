-- The grid of a point, asked as one would by hand.
select
    g.code,
    g.name
from grid as g
where
    g.valid_to is null
    and g.layer = 'base'
    and st_intersects(g.geom, st_point(%(lon)s, %(lat)s, 4490))
order by g.code
limit 1
