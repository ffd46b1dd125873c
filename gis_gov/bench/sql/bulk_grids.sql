-- The current base grids, for who joins them in memory.
select
    g.code,
    st_asbinary(g.geom) as geom
from grid as g
where g.valid_to is null and g.layer = 'base'
order by g.code
