-- The grids that can own points, for the index in memory.
select
    g.id,
    g.code,
    g.name,
    g.layer,
    g.area_id,
    st_asbinary(g.geom) as geom
from grid as g
where g.valid_to is null and g.layer in ('base', 'exclusive')
