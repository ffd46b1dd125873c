-- The community of a grid of which nobody told it, as a load finds it.
select a.id
from area as a
where
    a.level = 'community'
    and a.valid_to is null
    and a.geom && st_geomfromwkb(%(wkb)s, 4490)
    and covers_exactly(a.geom, st_pointonsurface(st_geomfromwkb(%(wkb)s, 4490)))
order by a.code
limit 1
