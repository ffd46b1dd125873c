-- What a grid has to agree with: its neighbours in the layer, the outlines in which it has to lie (of the
-- nearest area that has one, and of the grid above), and the grids that lie in it.
select
    'neighbour' as relation,
    g.code,
    st_asbinary(g.geom) as wkb
from grid as g
where
    g.valid_to is null
    and g.layer = %(level)s
    and g.code <> %(code)s
    and g.geom && st_geomfromwkb(%(wkb)s, 4490)
union all
select
    'above' as relation,
    u.code,
    st_asbinary(u.geom) as wkb
from (
    select
        a.code,
        a.geom
    from area as own
    inner join area as a on a.id = any(string_to_array(trim(own.path, '/'), '/')::bigint[])
    where own.id = %(above_id)s and a.geom is not null and a.valid_to is null
    order by a.level_rank desc
    limit 1
) as u
union all
select
    'above' as relation,
    g.code,
    st_asbinary(g.geom) as wkb
from grid as g
where g.id = %(around_id)s and g.valid_to is null and %(level)s in ('second', 'micro')
union all
select
    'below' as relation,
    g.code,
    st_asbinary(g.geom) as wkb
from grid as g
where g.parent_id = %(id)s and g.valid_to is null and g.layer in ('second', 'micro')
