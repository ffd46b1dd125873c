-- The box around the current grids, or without any around the current areas; no row without both.
with grids as (
    select st_extent(g.geom) as reach
    from grid as g
    where g.valid_to is null
),

areas as (
    select st_extent(a.geom) as reach
    from area as a
    where a.valid_to is null
)

select
    st_xmin(coalesce(g.reach, a.reach)) as west,
    st_ymin(coalesce(g.reach, a.reach)) as south,
    st_xmax(coalesce(g.reach, a.reach)) as east,
    st_ymax(coalesce(g.reach, a.reach)) as north
from grids as g
cross join areas as a
where coalesce(g.reach, a.reach) is not null
