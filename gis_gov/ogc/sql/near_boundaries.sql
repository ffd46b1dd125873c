-- The outlines of all kinds to which a shape may have been drawn.
select st_asbinary(b.geom) as wkb
from (
    select g.geom from grid as g
    where g.valid_to is null
    union all
    select a.geom from area as a
    where a.valid_to is null
) as b
where b.geom && st_expand(st_geomfromwkb(%(wkb)s, 4490), 1e-6)
