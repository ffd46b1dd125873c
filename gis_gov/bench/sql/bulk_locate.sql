-- The grid of each point that lies in one, asked as one would by hand.
select
    p.number,
    min(g.code) as code
from bulk_point as p
inner join grid as g on st_intersects(g.geom, st_point(p.lon, p.lat, 4490))
where g.valid_to is null and g.layer = 'base'
group by p.number
