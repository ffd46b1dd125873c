-- The grids and areas in which points of a shape may lie, as boundaries run now.
select
    g.area_id,
    g.id as grid_id,
    '{}'::bigint[] as above,
    st_asbinary(g.geom) as wkb
from grid as g
where
    g.valid_to is null
    and g.layer in ('base', 'exclusive')
    and g.geom && st_geomfromwkb(%(wkb)s, 4490)
union all
select
    a.id as area_id,
    null as grid_id,
    array_remove(string_to_array(trim(a.path, '/'), '/')::bigint[], a.id) as above,
    st_asbinary(a.geom) as wkb
from area as a
where a.valid_to is null and a.geom && st_geomfromwkb(%(wkb)s, 4490)
