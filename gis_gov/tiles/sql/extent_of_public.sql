-- The box around what the public layers draw, things outside all areas included.
select
    min(st_xmin(t.geom)) as west,
    min(st_ymin(t.geom)) as south,
    max(st_xmax(t.geom)) as east,
    max(st_ymax(t.geom)) as north
from (
    select a.geom from area as a
    where a.valid_to is null
    union all
    select g.geom from grid as g
    where g.valid_to is null
    union all
    select r.geom from resource as r
    where r.kind in ('centre', 'poi')
) as t
