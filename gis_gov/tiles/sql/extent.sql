-- Where the district lies: its grids, or without any its areas, or without any what is counted.
with grids as (
    select st_extent(g.geom) as reach from grid as g
    where g.valid_to is null
),

areas as (
    select st_extent(a.geom) as reach from area as a
    where a.valid_to is null
),

things as (
    select
        min(t.west) as west,
        min(t.south) as south,
        max(t.east) as east,
        max(t.north) as north
    from tally as t
    where t.count > 0
)

select
    coalesce(st_xmin(grids.reach), st_xmin(areas.reach), things.west) as west,
    coalesce(st_ymin(grids.reach), st_ymin(areas.reach), things.south) as south,
    coalesce(st_xmax(grids.reach), st_xmax(areas.reach), things.east) as east,
    coalesce(st_ymax(grids.reach), st_ymax(areas.reach), things.north) as north
from grids
cross join areas
cross join things
