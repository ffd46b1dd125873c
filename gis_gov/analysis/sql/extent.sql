-- The box around the current grids, or without any around the current areas.
with grids as (
    select st_extent(g.geom) as box
    from grid as g
    where g.valid_to is null
),

areas as (
    select st_extent(a.geom) as box
    from area as a
    where a.valid_to is null
)

select
    st_xmin(coalesce(g.box, a.box)) as west,
    st_ymin(coalesce(g.box, a.box)) as south,
    st_xmax(coalesce(g.box, a.box)) as east,
    st_ymax(coalesce(g.box, a.box)) as north
from grids as g
cross join areas as a
