-- The ground of an area, else of a grid; of an area that has none of its own, that of its grids.
select st_asbinary(s.geom)
from (
    select
        1 as place,
        coalesce(a.geom, (
            select st_multi(st_union(g.geom))
            from area as b
            inner join grid as g on b.id = g.area_id
            where
                b.path >= a.path
                and b.path < a.path || 'Z'
                and g.layer = 'base'
                and g.valid_to is null
        )) as geom
    from area as a
    where a.code = %(code)s
    union all
    select
        2 as place,
        g.geom
    from grid as g
    where g.code = %(code)s
) as s
where s.geom is not null
order by s.place
limit 1
